"""What the user points at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from annotator.errors import PromptError, Sentence

POSITIVE = 1
NEGATIVE = 0


@dataclass(frozen=True, eq=False)
class Prompt:
    """Points with labels, at most one box, and optionally the logits of the mask being refined.

    points: N x 2 float32, (x, y), continuous pixels of the original oriented image; the top-left pixel is (0, 0).
    labels: N int32, 1 positive, 0 negative.
    box: (x0, y0, x1, y1) in the same frame, or None.
    logits: S/4 x S/4 float32 mask logits of an earlier proposal of the same embedding, or None.

    The arrays are copied, so a prompt never changes.
    Raises PromptError when there is nothing to decode, a label is unknown, a number is not finite, or the box is empty.
    """

    points: npt.NDArray[np.float32] | Sequence[tuple[float, float]] = ()
    labels: npt.NDArray[np.int32] | Sequence[int] = ()
    box: tuple[float, float, float, float] | None = None
    logits: npt.NDArray[np.float32] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, which is refused below
            points = np.array(self.points, np.float32).reshape(-1, 2)
        labels = np.asarray(self.labels).reshape(-1)
        if len(points) != len(labels):
            raise ValueError(f"{len(points)} points but {len(labels)} labels")
        if not len(points) and self.box is None:
            raise PromptError("The prompt is empty: give at least one point or a box.")
        if not np.isin(labels, (NEGATIVE, POSITIVE)).all():
            raise PromptError("A point's label must be 1 (part of the object) or 0 (not part of it).")
        if not np.isfinite(points).all():
            raise PromptError("A point's coordinates must be finite numbers.")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "labels", labels.astype(np.int32))
        if self.logits is not None:
            logits = np.array(self.logits, np.float32)
            if not np.isfinite(logits).all():
                raise PromptError("The logits of the mask to refine must be finite numbers.")
            object.__setattr__(self, "logits", logits)
        if self.box is not None:
            x0, y0, x1, y1 = (float(v) for v in self.box)
            if not np.isfinite((x0, y0, x1, y1)).all():
                raise PromptError("The box's coordinates must be finite numbers.")
            if x1 <= x0 or y1 <= y0:
                raise PromptError(
                    "The box ({x0:g}, {y0:g}, {x1:g}, {y1:g}) is empty: give x0 < x1 and y0 < y1.",
                    x0=x0,
                    y0=y0,
                    x1=x1,
                    y1=y1,
                )
            object.__setattr__(self, "box", (x0, y0, x1, y1))

    def check_inside(self, height: int, width: int) -> None:
        """Raise PromptError unless every point lies in the image and the box overlaps it (sizes in pixels).

        A box may reach beyond the image, at each edge by as much as the image measures; more is a slip.
        """
        for x, y in self.points:
            if not (0 <= x < width and 0 <= y < height):
                raise PromptError(
                    "The point ({x:g}, {y:g}) is outside the image of {width} x {height} pixels.",
                    x=x,
                    y=y,
                    width=width,
                    height=height,
                )
        if self.box is not None:
            x0, y0, x1, y1 = self.box
            box = Sentence("The box ({x0:g}, {y0:g}, {x1:g}, {y1:g})", x0=x0, y0=y0, x1=x1, y1=y1)
            if x1 <= 0 or y1 <= 0 or x0 >= width or y0 >= height:
                raise PromptError(
                    "{box} is outside the image of {width} x {height} pixels.", box=box, width=width, height=height
                )
            if x0 < -width or y0 < -height or x1 > 2 * width or y1 > 2 * height:
                raise PromptError(
                    "{box} reaches far beyond the image of {width} x {height} pixels: cut it there.",
                    box=box,
                    width=width,
                    height=height,
                )

    def cut_to(self, height: int, width: int) -> Prompt:
        """The same prompt with what its box has outside the image cut off (sizes in pixels).

        Raises PromptError when nothing is left, or a point lies outside.
        """
        if self.box is None or self.box[2] <= 0 or self.box[3] <= 0 or self.box[0] >= width or self.box[1] >= height:
            self.check_inside(height, width)
            return self
        x0, y0, x1, y1 = self.box
        cut = replace(self, box=(max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height))))
        cut.check_inside(height, width)
        return cut
