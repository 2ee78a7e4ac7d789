"""The instances of the image on screen, drawn into one picture that is reused until something changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap

from annotator.core.document import Change, Instance
from annotator.gui.canvas.layer_picture import Item, LayerPicture
from annotator.gui.canvas.mask_shape import MaskShape, PreparedShape
from annotator.gui.canvas.prompt_painter import paint_fill, paint_outline
from annotator.gui.canvas.shape_store import ShapeStore
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.document_model import DocumentModel
from annotator.gui.palette import FILL_OPACITY, category_color
from annotator.gui.selection import Selection
from annotator.gui.timers import single_shot


class InstanceLayer(QObject):
    """Shapes are built from run-lengths a few milliseconds at a time; what is not built yet appears a moment later."""

    changed = Signal()

    def __init__(self, model: DocumentModel, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._image_id: int | None = None
        self._shapes = ShapeStore(self._instances, self)
        self._has_built_one = False  # in this turn of the event loop
        self._flashing_id: int | None = None
        self._replaced_id: int | None = None
        self._picture = LayerPicture(self._items, self)
        self._selected_picture = LayerPicture(self._selected_items, self)
        self.is_visible = True
        self._prepared: PreparedShape | None = None
        self._turn_end = single_shot(self, 0, self._on_turn_ended)
        self._flash_end = single_shot(self, 250, self._on_flash_ended)
        self._shapes.built.connect(self.invalidate)
        for picture in (self._picture, self._selected_picture):
            picture.changed.connect(self.changed)
        model.document_replaced.connect(self._on_document_replaced)
        model.instance_changed.connect(self._on_instance_changed)
        model.category_changed.connect(self.invalidate)
        selection.instances_changed.connect(self._on_selection_changed)
        selection.hover_changed.connect(self.changed)
        selection.view_state.changed.connect(self.invalidate)

    def set_image(self, image_id: int | None) -> None:
        """Show another image's instances."""
        self._image_id = image_id
        self._shapes.clear()
        self._shapes.start()
        self._picture.clear()
        self._selected_picture.clear()
        self.changed.emit()

    def set_visible(self, visible: bool) -> None:
        """Show or hide all instances."""
        self.is_visible = visible
        self.invalidate()

    def flash(self, instance_id: int) -> None:
        """Brighten an instance for a moment."""
        self._flashing_id = instance_id
        self._flash_end.start()
        self.changed.emit()

    def set_replaced(self, instance_id: int | None) -> None:
        """Leave out the instance in whose place another mask is drawn."""
        if instance_id != self._replaced_id:
            self._replaced_id = instance_id
            self.invalidate()

    def prepare(self, prepared: PreparedShape) -> None:
        """The shape of a mask that an instance is about to get."""
        self._prepared = prepared

    @property
    def is_ready(self) -> bool:
        """Whether what was painted last is what there is."""
        return self._picture.is_ready and (not self._selection.instance_ids or self._selected_picture.is_ready)

    def shape_of(self, instance_id: int) -> MaskShape | None:
        """The instance's shape if it has been built."""
        return self._shapes.get(instance_id)

    def instance_at(self, position: QPointF, *, also_locked: bool = False) -> int | None:
        """The id of the topmost instance with that image pixel that is neither hidden nor locked, or None."""
        if not self.is_visible:
            return None
        view_state = self._selection.view_state
        untouchable = view_state.hidden_ids if also_locked else view_state.hidden_ids | view_state.locked_ids
        for instance in reversed(self._instances()):
            if instance.id in untouchable:
                continue
            shape = self._shapes.get(instance.id)
            if shape is not None and shape.covers(position):
                return instance.id
        return None

    def picture(self, viewport: Viewport, size: QSize, pixel_ratio: float) -> QPixmap:
        """The layer for that view; size in widget pixels."""
        return self._picture.get(viewport, size, pixel_ratio)

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw the instances, in widget pixels."""
        for item in self._items(viewport):
            item(painter)

    def _items(self, viewport: Viewport, part: QRectF | None = None) -> Iterator[Item]:
        """What there is to draw; only what reaches into that part of the image, if one is given."""
        for instance, shape in self._drawn(viewport):
            if part is None or part.intersects(shape.rect):
                yield partial(_paint, viewport=viewport, shape=shape, color=self._color(instance))

    def paint_highlights(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw over them what is selected, pointed at or new."""
        self.paint_bright(painter, viewport)
        for item in self._selected_items(viewport):
            item(painter)

    def paint_bright(self, painter: QPainter, viewport: Viewport) -> None:
        """Of that what is pointed at or new: it changes too often to be part of a picture."""
        bright = {self._selection.hovered_id, self._flashing_id}
        if bright != {None}:
            for instance, shape in self._drawn(viewport, bright):
                paint_fill(painter, viewport, shape, self._color(instance), FILL_OPACITY)

    def selected_picture(self, viewport: Viewport, size: QSize, pixel_ratio: float) -> QPixmap | None:
        """The rest of that, the outlines of the selected instances; None when none is selected."""
        if not self._selection.instance_ids:
            return None
        return self._selected_picture.get(viewport, size, pixel_ratio)

    def _selected_items(self, viewport: Viewport, part: QRectF | None = None) -> Iterator[Item]:
        for _, shape in self._drawn(viewport, self._selection.instance_ids):
            if part is None or part.intersects(shape.rect):
                yield partial(_paint_selected, viewport=viewport, shape=shape)

    def invalidate(self) -> None:
        """Draw anew at the next paint."""
        self._picture.invalidate()
        self._selected_picture.invalidate()
        self.changed.emit()

    def _drawn(
        self, viewport: Viewport, among: Collection[int | None] | None = None
    ) -> Iterator[tuple[Instance, MaskShape]]:
        """What there is to draw, lowest first; among: only of these ids."""
        if not self.is_visible:
            return
        visible, hidden_ids = viewport.visible(), self._selection.view_state.hidden_ids
        for instance in self._instances():
            if among is not None and instance.id not in among:
                continue
            if instance.id in hidden_ids or instance.id == self._replaced_id:
                continue
            shape = self._shapes.get(instance.id)
            if shape is not None and visible.intersects(shape.rect):
                yield instance, shape

    def _color(self, instance: Instance) -> QColor:
        return category_color(self._model.document.categories[instance.category_id])

    def _instances(self) -> list[Instance]:
        return [] if self._image_id is None else list(self._model.document.instances_of(self._image_id))

    def _on_selection_changed(self) -> None:
        self._selected_picture.invalidate()
        self.changed.emit()

    def _on_document_replaced(self) -> None:
        self.set_image(None)

    def _on_instance_changed(self, change: Change) -> None:
        before, after = change.before, change.after
        assert before is None or isinstance(before, Instance)
        assert after is None or isinstance(after, Instance)
        part = QRectF(*self._changed_part(before, after))
        if after is not None and self._shapes.is_stale(after.id):
            # What is on screen is older than `before`.
            shape = self._shapes.get(after.id)
            part = part.united(QRectF(*after.mask.bbox)).united(QRectF() if shape is None else shape.rect)
        if before is not None and after is None:
            self._shapes.forget(before.id)
        elif after is not None and after.image_id == self._image_id and (before is None or after.mask != before.mask):
            self._shapes.renew(after.id)
            if not self._has_built_one:
                # At once, so that a stroke does not vanish for a moment; of many, the rest comes in slices.
                self._has_built_one = True
                self._turn_end.start()
                prepared = self._prepared
                is_prepared = prepared is not None and prepared.mask == after.mask
                self._shapes.build(after, prepared.shape if prepared is not None and is_prepared else None)
        for picture in (self._picture, self._selected_picture):
            picture.touch(part)
        self.changed.emit()

    def _changed_part(self, before: Instance | None, after: Instance | None) -> tuple[int, int, int, int]:
        """The box, in image pixels, outside which nothing is to be drawn anew."""
        if before is None or after is None or before.mask == after.mask:
            return (after or before).mask.bbox  # type: ignore[union-attr]
        prepared = self._prepared
        masks = (None, None) if prepared is None else (prepared.before, prepared.mask)
        if prepared is not None and prepared.part is not None and masks[0] is before.mask and masks[1] is after.mask:
            return prepared.part
        return before.mask.difference(after.mask).bbox

    def _on_turn_ended(self) -> None:
        self._has_built_one = False

    def _on_flash_ended(self) -> None:
        self._flashing_id = None
        self.changed.emit()


def _paint(painter: QPainter, viewport: Viewport, shape: MaskShape, color: QColor) -> None:
    paint_fill(painter, viewport, shape, color, FILL_OPACITY)
    paint_outline(painter, viewport, shape, color, 1.5)


def _paint_selected(painter: QPainter, viewport: Viewport, shape: MaskShape) -> None:
    paint_outline(painter, viewport, shape, QColor(Qt.GlobalColor.white), 2.5)
