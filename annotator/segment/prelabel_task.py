"""The work on one image when a folder is pre-labelled: one pure function, whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.core.geometry import RunLengths
from annotator.core.images import read_image
from annotator.errors import AnnotatorError
from annotator.segment.everything import EverythingConfig, EverythingProposal, segment_everything
from annotator.segment.segmenter import CancellationToken, Segmenter


@dataclass(frozen=True)
class ImageTask:
    """One image to propose masks for. name: its path relative to the image root `root`, with forward slashes."""

    root: Path
    name: str
    config: EverythingConfig


@dataclass(frozen=True)
class ImageResult:
    """What came of a task. height, width: of the oriented image; problem: why there is nothing, a sentence, or ""."""

    name: str
    height: int = 0
    width: int = 0
    proposals: tuple[EverythingProposal, ...] = field(default=(), repr=False)
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values that `from_json` turns back into an equal result."""
        return {
            "image": self.name,
            "size": [self.height, self.width],
            "problem": self.problem,
            "proposals": [
                [proposal.mask.counts.decode("ascii"), proposal.predicted_iou, proposal.stability, *proposal.point]
                for proposal in self.proposals
            ],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ImageResult:
        """The result that `to_json` was called on."""
        height, width = values["size"]
        proposals = tuple(
            EverythingProposal(RunLengths(height, width, counts.encode("ascii")), iou, stability, (x, y))
            for counts, iou, stability, x, y in values["proposals"]
        )
        return cls(values["image"], height, width, proposals, values["problem"])


def propose(segmenter: Segmenter, task: ImageTask, *, cancel: CancellationToken | None = None) -> ImageResult:
    """Read the image, segment everything in it. Depends on nothing but its arguments and the file.

    An image that cannot be used gives a result with its problem. Raises Cancelled when `cancel` is set.
    """
    try:
        rgb = read_image(task.root / task.name).rgb
        embedding = segmenter.encode(rgb, cancel=cancel)
        found = segment_everything(segmenter, embedding, task.config, rgb=rgb, cancel=cancel)
        proposals = tuple(proposal.rounded() for proposal in found)
    except AnnotatorError as error:
        return ImageResult(task.name, problem=error.sentence)
    return ImageResult(task.name, rgb.shape[0], rgb.shape[1], proposals)
