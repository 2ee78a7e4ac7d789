"""The instances of the image on screen, drawn into one picture that is reused until something changes."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap

from annotator.core.document import Change, Instance
from annotator.core.geometry import RunLengths
from annotator.gui.canvas.layer_picture import LayerPicture
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.canvas.prompt_painter import paint_fill, paint_outline
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.document_model import DocumentModel
from annotator.gui.palette import FILL_OPACITY, category_color
from annotator.gui.selection import Selection

_SLICE_SECONDS = 0.008  # building shapes may hold the GUI thread this long at a time
_OUTLINE_REACH = 4.0  # widget pixels that an outline goes beyond its mask, with room for rounding
_SHOW_SECONDS = 0.3  # how often, while many are built, those that are ready appear


class InstanceLayer(QObject):
    """Shapes are built from run-lengths a few milliseconds at a time; what is not built yet appears a moment later."""

    changed = Signal()

    def __init__(self, model: DocumentModel, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._image_id: int | None = None
        self._shapes: dict[int, MaskShape | None] = {}
        self._stale_ids: set[int] = set()  # their shapes are of an older mask, drawn until the new one is built
        self._has_built_one = False  # in this turn of the event loop
        self._flashing_id: int | None = None
        self._replaced_id: int | None = None
        self._picture = LayerPicture(self.paint)
        self._selected_picture = LayerPicture(self._paint_selected)
        self._dirty = QRectF()  # the part of the image, in its pixels, where the picture is no longer right
        self.is_visible = True
        self._shown_at = 0.0  # when shapes last appeared, in seconds of perf_counter
        self._prepared: tuple[RunLengths | None, MaskShape | None] = (None, None)
        self._builder = QTimer(self)
        self._builder.setInterval(0)
        self._builder.timeout.connect(self._build_some)
        self._flash_end = QTimer(self)
        self._flash_end.setSingleShot(True)
        self._flash_end.setInterval(250)
        self._flash_end.timeout.connect(self._on_flash_ended)
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
        self._stale_ids.clear()
        self._builder.start()
        self.invalidate()

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

    def prepare(self, mask: RunLengths, shape: MaskShape) -> None:
        """The shape of a mask that an instance is about to get, made in a worker thread."""
        self._prepared = mask, shape

    def shape_of(self, instance_id: int) -> MaskShape | None:
        """The instance's shape if it has been built."""
        return self._shapes.get(instance_id)

    def area_of(self, instance_id: int) -> int:
        """The pixels of the instance's mask."""
        return self._model.document.instances[instance_id].mask.area

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
        picture = self._picture.get(viewport, size, pixel_ratio, None if self._dirty.isEmpty() else self._paint_dirty)
        self._dirty = QRectF()
        return picture

    def _paint_dirty(self, picture: QPixmap, viewport: Viewport) -> None:
        """Draw anew what has changed: of hundreds of instances, those around a stroke."""
        margin = _OUTLINE_REACH / viewport.scale
        area = self._dirty.adjusted(-margin, -margin, margin, margin)
        painter = QPainter(picture)
        painter.setClipRect(viewport.rect_to_widget(area).toAlignedRect())
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        painter.fillRect(painter.clipBoundingRect(), Qt.GlobalColor.transparent)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        self.paint(painter, viewport, area.adjusted(-margin, -margin, margin, margin))
        painter.end()

    def paint(self, painter: QPainter, viewport: Viewport, part: QRectF | None = None) -> None:
        """Draw the instances, in widget pixels; only those that reach into that part of the image, if one is given."""
        for instance, shape in self._drawn(viewport):
            if part is not None and not part.intersects(shape.rect):
                continue
            color = self._color(instance)
            paint_fill(painter, viewport, shape, color, FILL_OPACITY)
            paint_outline(painter, viewport, shape, color, 1.5)

    def paint_highlights(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw over them what is selected, pointed at or new."""
        self.paint_bright(painter, viewport)
        self._paint_selected(painter, viewport)

    def paint_bright(self, painter: QPainter, viewport: Viewport) -> None:
        """Of that what is pointed at or new: it changes too often to be part of a picture."""
        bright = {self._selection.hovered_id, self._flashing_id}
        if bright != {None}:
            for instance, shape in self._drawn(viewport):
                if instance.id in bright:
                    paint_fill(painter, viewport, shape, self._color(instance), FILL_OPACITY)

    def selected_picture(self, viewport: Viewport, size: QSize, pixel_ratio: float) -> QPixmap | None:
        """The rest of that, the outlines of the selected instances; None when none is selected."""
        if not self._selection.instance_ids:
            return None
        return self._selected_picture.get(viewport, size, pixel_ratio)

    def _paint_selected(self, painter: QPainter, viewport: Viewport) -> None:
        chosen = self._selection.instance_ids
        if chosen:
            for instance, shape in self._drawn(viewport):
                if instance.id in chosen:
                    paint_outline(painter, viewport, shape, QColor(Qt.GlobalColor.white), 2.5)

    def invalidate(self) -> None:
        """Draw anew at the next paint."""
        self._picture.invalidate()
        self._selected_picture.invalidate()
        self.changed.emit()

    def _drawn(self, viewport: Viewport) -> Iterator[tuple[Instance, MaskShape]]:
        """What there is to draw, lowest first."""
        if not self.is_visible:
            return
        visible, hidden_ids = viewport.visible(), self._selection.view_state.hidden_ids
        for instance in self._instances():
            if instance.id in hidden_ids or instance.id == self._replaced_id:
                continue
            shape = self._shapes.get(instance.id)
            if shape is not None and visible.intersects(shape.rect):
                yield instance, shape

    def _color(self, instance: Instance) -> QColor:
        return category_color(self._model.document.categories[instance.category_id])

    def _instances(self) -> list[Instance]:
        return [] if self._image_id is None else list(self._model.document.instances_of(self._image_id))

    def _build_some(self) -> None:
        deadline = time.perf_counter() + _SLICE_SECONDS
        self._has_built_one = False
        missing = [i for i in self._instances() if i.id not in self._shapes or i.id in self._stale_ids]
        for instance in missing:
            self._build(instance)
            if time.perf_counter() > deadline:
                break
        else:
            self._builder.stop()
        # Drawing hundreds of instances anew takes as long as building many: not after every slice.
        is_due = not self._builder.isActive() or time.perf_counter() - self._shown_at > _SHOW_SECONDS
        if missing and is_due:
            self._shown_at = time.perf_counter()
            self.invalidate()

    def _on_selection_changed(self) -> None:
        self._selected_picture.invalidate()
        self.changed.emit()

    def _on_document_replaced(self) -> None:
        self.set_image(None)

    def _on_instance_changed(self, change: Change) -> None:
        before, after = change.before, change.after
        assert before is None or isinstance(before, Instance)
        assert after is None or isinstance(after, Instance)
        if before is not None and after is None:
            self._shapes.pop(before.id, None)
            self._selected_picture.invalidate()
            self._stale_ids.discard(before.id)
        elif after is not None and after.image_id == self._image_id and (before is None or after.mask != before.mask):
            self._stale_ids.add(after.id)
            if not self._has_built_one:
                # At once, so that a stroke does not vanish for a moment; of many, the rest comes in slices.
                self._has_built_one = True
                self._build(after)
        self._builder.start()
        if before is None or after is None or before.mask == after.mask:
            mask = (after or before).mask  # type: ignore[union-attr]
        else:
            mask = before.mask.difference(after.mask)
        self._dirty = self._dirty.united(QRectF(*mask.bbox))
        self.changed.emit()

    def _build(self, instance: Instance) -> None:
        mask, shape = self._prepared
        self._shapes[instance.id] = shape if mask == instance.mask else MaskShape.from_run_lengths(instance.mask)
        self._stale_ids.discard(instance.id)
        self._selected_picture.invalidate()

    def _on_flash_ended(self) -> None:
        self._flashing_id = None
        self.changed.emit()
