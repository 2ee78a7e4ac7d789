"""A mask made ready for painting; built off the GUI thread or in slices of its time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainterPath, qRgba

from annotator.core.geometry import RunLengths


@dataclass(frozen=True, eq=False)
class MaskShape:
    """What is painted for one mask, in image pixels.

    fill: Indexed8 image of the mask's bounding box, 1 inside, 0 outside. outline: the border along the pixels' edges.
    """

    rect: QRectF
    fill: QImage
    outline: QPainterPath

    @classmethod
    def from_run_lengths(cls, mask: RunLengths) -> MaskShape | None:
        """The shape of the mask, or None when the mask is empty."""
        if mask.area == 0:
            return None
        crop, x0, y0 = mask.crop()
        height, width = crop.shape
        return cls(QRectF(x0, y0, width, height), _indexed_image(crop), _outline(crop, x0, y0))

    def colored(self, color: QColor, opacity: float) -> QImage:
        """The fill in that colour; shares the pixels."""
        image = QImage(self.fill)
        image.setColorTable([0, qRgba(color.red(), color.green(), color.blue(), round(255 * opacity))])
        return image


def _indexed_image(crop: npt.NDArray[np.bool_]) -> QImage:
    height, width = crop.shape
    pixels = np.ascontiguousarray(crop).view(np.uint8)
    # copy(): QImage does not keep the array alive.
    image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8).copy()
    image.setColorTable([0, 0])
    return image


def _outline(crop: npt.NDArray[np.bool_], x0: int, y0: int) -> QPainterPath:
    """The mask's border as straight pieces along the pixels' edges: exact at any zoom."""
    padded = np.pad(crop, 1)
    path = QPainterPath()
    for y, x_from, x_to in _runs(padded[:-1, 1:-1] != padded[1:, 1:-1]):
        path.moveTo(x0 + x_from, y0 + y)
        path.lineTo(x0 + x_to, y0 + y)
    for x, y_from, y_to in _runs((padded[1:-1, :-1] != padded[1:-1, 1:]).T):
        path.moveTo(x0 + x, y0 + y_from)
        path.lineTo(x0 + x, y0 + y_to)
    return path


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """(row, first column, column after the last) of every run of True in the rows of an R x C array."""
    steps = np.diff(flags.astype(np.int8), axis=1, prepend=0, append=0)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    return list(zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True))
