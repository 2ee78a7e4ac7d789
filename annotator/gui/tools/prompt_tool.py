"""Point and Box: clicks and drags that become the prompt."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from annotator.gui.canvas.mask_picture import MaskPicture
from annotator.gui.canvas.prompt_painter import PREVIEW_OUTLINE, paint_box, paint_crosshair
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.hover_preview import HoverPreview
from annotator.gui.instance_editor import InstanceEditor
from annotator.gui.palette import PREVIEW
from annotator.gui.prompt_session import PromptSession
from annotator.gui.tools.tool import Pointer, Tool


class PromptTool(Tool):
    """Left click: positive point; right or Alt+click: negative; left drag: box; Ctrl+click: accept, then begin anew.

    Both tools do all of it. Point takes a longer drag for a box, so that a shaky click stays a click; Box begins a box
    at once and shows guide lines.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self,
        session: PromptSession,
        editor: InstanceEditor,
        preview: HoverPreview,
        *,
        is_box: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._editor = editor
        self._preview = preview
        self._preview.changed.connect(self._on_preview_changed)
        self._preview_picture = MaskPicture(PREVIEW, PREVIEW_OUTLINE, is_filled=False)
        self._is_box = is_box
        self._drag_pixels = 3.0 if is_box else 8.0
        self._pressed: Pointer | None = None
        self._now: Pointer | None = None
        self._is_dragging = False

    def press(self, pointer: Pointer) -> None:
        if self._editor.masks.reminds_of_waiting():
            return
        if pointer.button == Qt.MouseButton.RightButton:
            self._pressed = None
            self._click(pointer, positive=False)
        elif pointer.button == Qt.MouseButton.LeftButton:
            self._pressed = self._now = pointer
            self._is_dragging = False

    def move(self, pointer: Pointer) -> None:
        self._now = pointer
        if self._pressed is not None and not self._is_dragging:
            way = QLineF(self._pressed.on_widget, pointer.on_widget).length()
            self._is_dragging = way >= (0.1 if pointer.is_exact else self._drag_pixels)
        if self._is_dragging or self._is_box:
            self.repaint_wanted.emit()
        if self._pressed is not None or not pointer.is_inside:
            self._preview.leave()
        else:
            self._preview.point_at(self._session.key, _pixel(pointer.at))

    def release(self, pointer: Pointer) -> None:
        if pointer.button != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        pressed, self._pressed = self._pressed, None
        if self._is_dragging:
            self._is_dragging = False
            self._set_box(pressed, pointer)
        else:
            alt = bool(pressed.modifiers & Qt.KeyboardModifier.AltModifier)
            self._click(pressed, positive=not alt)
        self.repaint_wanted.emit()

    def leave(self) -> None:
        self._now = None
        self._preview.leave()
        self.repaint_wanted.emit()

    def abort(self) -> bool:
        was_dragging, self._pressed, self._is_dragging = self._is_dragging, None, False
        self.repaint_wanted.emit()
        return was_dragging

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        if self._preview.shape is not None:
            self._preview_picture.paint(painter, viewport, self._preview.shape)
        if self._is_dragging and self._pressed is not None and self._now is not None:
            paint_box(painter, viewport, QRectF(self._pressed.at, self._now.at).normalized())
        elif self._is_box and self._now is not None and self._now.is_inside:
            paint_crosshair(painter, self._now.on_widget)

    def _on_preview_changed(self) -> None:
        if self._preview.shape is None:
            self._preview_picture.forget()
        self.repaint_wanted.emit()

    def _click(self, pointer: Pointer, *, positive: bool) -> None:
        if not pointer.is_inside:
            self.refused.emit(self.tr("That click is outside the image; click on the image itself."))
            return
        if pointer.modifiers & Qt.KeyboardModifier.ControlModifier and not self._accept_first():
            return
        self._session.add_point(_pixel(pointer.at), positive=positive)

    def _accept_first(self) -> bool:
        if self._session.is_pending:
            self._editor.accept()
        return not self._session.is_pending

    def _set_box(self, pressed: Pointer, released: Pointer) -> None:
        image = QRectF(QPointF(0, 0), released.image)
        box = QRectF(pressed.at, released.at).normalized().intersected(image)
        if box.width() < 1 or box.height() < 1:
            self.refused.emit(self.tr("That box is empty; drag over the object, at least one pixel wide and high."))
            return
        self._session.set_box(box)


def _pixel(at: QPointF) -> QPointF:
    """The pixel there: the prompt's frame has pixel (0, 0) at x = 0, y = 0, so a click anywhere on it means that."""
    return QPointF(math.floor(at.x()), math.floor(at.y()))
