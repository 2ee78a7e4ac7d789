"""The proposals of the image on screen, drawn dashed into one picture that is reused until something changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from annotator.core.document import Change, StoredProposal
from annotator.gui.canvas.layer_picture import Item, LayerPicture
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.canvas.prompt_painter import paint_fill, paint_outline
from annotator.gui.canvas.shape_store import ShapeStore
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.document_model import DocumentModel
from annotator.gui.everything_runs import EverythingRuns
from annotator.gui.palette import CASING, PROPOSAL, PROPOSAL_FILL_OPACITY
from annotator.gui.proposal_view import ProposalView
from annotator.gui.timers import single_shot

_SHOW_SECONDS = 0.3  # how often those that are found appear while there are more to come
_DASH = 5  # widget pixels


class ProposalLayer(QObject):
    """Draws what the ProposalView shows, and until it ends what a run over the image has found."""

    changed = Signal()

    def __init__(
        self, model: DocumentModel, view: ProposalView, runs: EverythingRuns, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._runs = runs
        self._image_id: int | None = None
        self._shapes = ShapeStore(self._shown, self)
        self._picture = LayerPicture(self._items, self)
        self._show_later = single_shot(self, round(_SHOW_SECONDS * 1000), self.invalidate)
        self._shapes.built.connect(self.invalidate)
        self._picture.changed.connect(self.changed)
        model.proposal_changed.connect(self._on_proposal_changed)
        view.changed.connect(self._on_view_changed)
        view.hover_changed.connect(self.changed)
        view.selection_changed.connect(self.changed)
        runs.changed.connect(self._on_run_changed)

    def set_image(self, image_id: int | None) -> None:
        """Show another image's proposals; the view is told by somebody else."""
        self._image_id = image_id
        self._shapes.clear()
        self._picture.clear()
        self._on_view_changed()

    def shape_of(self, proposal_id: int) -> MaskShape | None:
        """The proposal's shape if it has been built."""
        return self._shapes.get(proposal_id)

    def proposal_at(self, position: QPointF) -> StoredProposal | None:
        """The smallest of the shown proposals with that image pixel, or None."""
        hits = [
            proposal
            for proposal in self._shown()
            if (shape := self._shapes.get(proposal.id)) is not None and shape.covers(position)
        ]
        return min(hits, key=lambda proposal: proposal.mask.area, default=None)

    def proposals_inside(self, box: QRectF) -> list[int]:
        """The ids of the shown proposals that lie in the box, image pixels."""
        return [
            proposal.id
            for proposal in self._shown()
            if (shape := self._shapes.get(proposal.id)) is not None and box.contains(shape.rect)
        ]

    def picture(self, viewport: Viewport, size: QSize, pixel_ratio: float) -> QPixmap:
        """The layer for that view; size in widget pixels."""
        return self._picture.get(viewport, size, pixel_ratio)

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw the proposals, in widget pixels."""
        for item in self._items(viewport):
            item(painter)

    def _items(self, viewport: Viewport, part: QRectF | None = None) -> Iterator[Item]:
        """What there is to draw; only what reaches into that part of the image, if one is given."""
        part = viewport.visible() if part is None else part
        for shape in self._drawn():
            if part.intersects(shape.rect):
                yield partial(_paint, viewport=viewport, shape=shape)

    def paint_highlights(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw over them what is pointed at or selected."""
        for proposal_id in self._view.selected_ids | {self._view.hovered_id}:
            shape = None if proposal_id is None else self._shapes.get(proposal_id)
            if shape is not None:
                if proposal_id == self._view.hovered_id:
                    paint_fill(painter, viewport, shape, PROPOSAL, 0.45)
                paint_outline(painter, viewport, shape, PROPOSAL, 2.0)

    def invalidate(self) -> None:
        """Draw anew at the next paint."""
        self._picture.invalidate()
        self.changed.emit()

    def _shown(self) -> tuple[StoredProposal, ...]:
        return () if self._image_id is None else self._view.shown

    def _drawn(self) -> Iterator[MaskShape]:
        for proposal in self._shown():
            shape = self._shapes.get(proposal.id)
            if shape is not None:
                yield shape
        if self._view.is_visible:
            yield from self._runs.found_shapes(self._image_id)

    def _on_view_changed(self) -> None:
        self._shapes.start()
        self.invalidate()

    def _on_proposal_changed(self, change: Change) -> None:
        if change.before is not None:
            self._shapes.forget(change.before.id)

    def _on_run_changed(self, image_id: int) -> None:
        if image_id == self._image_id and not self._show_later.isActive():
            self._show_later.start()


def _paint(painter: QPainter, viewport: Viewport, shape: MaskShape) -> None:
    paint_fill(painter, viewport, shape, PROPOSAL, PROPOSAL_FILL_OPACITY)
    _paint_dashes(painter, viewport, shape)


def _paint_dashes(painter: QPainter, viewport: Viewport, shape: MaskShape) -> None:
    """The border in stripes: a dashed pen begins anew at every corner, and a mask's border is all corners."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    transform = viewport.transform()
    painter.setTransform(transform, combine=True)
    ratio = painter.device().devicePixelRatio()  # a cosmetic pen is so many of the screen's pixels wide
    stripes = QBrush(_stripes())
    stripes.setTransform(transform.inverted()[0])  # as wide at any zoom
    for brush, width in ((QBrush(CASING), 2.5), (stripes, 1.5)):
        pen = QPen(brush, width * ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)
        pen.setCosmetic(True)
        painter.strokePath(shape.outline, pen)
    painter.restore()


def _stripes() -> QPixmap:
    """Diagonal stripes, half of them see-through."""
    side = 2 * _DASH
    tile = QPixmap(side, side)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setPen(QColor(PROPOSAL))
    for y in range(side):
        for x in range(side):
            if (x + y) % side < _DASH:
                painter.drawPoint(x, y)
    painter.end()
    return tile
