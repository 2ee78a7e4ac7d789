"""The canvas: the image, everything drawn on it, and the way of the pointer to the active tool."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QCursor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from annotator.core.tone import Tone
from annotator.gui.canvas.drawn_layer import DrawnLayer
from annotator.gui.canvas.image_painter import ImagePainter
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.keyboard_pointer import KeyboardPointer
from annotator.gui.canvas.magnifier import paint_magnifier
from annotator.gui.canvas.prompt_layer import PromptLayer
from annotator.gui.canvas.prompt_painter import paint_pointer
from annotator.gui.canvas.proposal_layer import ProposalLayer
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.canvas.zoom_view import ZoomView
from annotator.gui.image_loader import LoadedImage
from annotator.gui.language import translated
from annotator.gui.prompt_session import PromptSession
from annotator.gui.tools.tool import Pointer, Tool


class Canvas(ZoomView):
    """Paints, and hands to the tool whatever does not zoom or pan."""

    pointer_moved = Signal(object)  # QPointF in image pixels, or None when it left the image
    digit_pressed = Signal(int)

    def __init__(
        self,
        layer: InstanceLayer,
        proposals: ProposalLayer,
        drawn: DrawnLayer,
        session: PromptSession,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._layer = layer
        self._proposals = proposals
        self._drawn = drawn
        self._session = session
        self.prompt = PromptLayer(session, self)
        self._image: LoadedImage | None = None
        self._image_painter = ImagePainter()
        self._is_awaiting = False
        self._message = ""
        self._tool = Tool(self)
        self._connect_tool()
        self.keyboard = KeyboardPointer(self, self.viewport, lambda at, forward: self._tool.next_stop(at, forward))
        for signal, act in (
            (self.keyboard.pressed, lambda pointer: self._tool.press(pointer)),
            (self.keyboard.moved, self._move),
            (self.keyboard.released, lambda pointer: self._tool.release(pointer)),
            (self.keyboard.panned, self.view_changed),
            (self.keyboard.switched, self._repaint),
        ):
            signal.connect(act)
        self._is_magnifying = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 240)
        self.setAccessibleName(self.tr("Canvas"))
        self.setBackgroundRole(QPalette.ColorRole.Dark)
        self.setAutoFillBackground(True)
        layer.changed.connect(self._repaint)
        proposals.changed.connect(self._repaint)
        drawn.changed.connect(self._repaint)
        self.prompt.changed.connect(self._repaint)
        self.prompt.breathed.connect(lambda shape: self._repaint_area(self.viewport.rect_to_widget(shape.rect)))
        session.changed.connect(self._on_session_changed)

    # -- what to show ------------------------------------------------------------------------------------------------

    @property
    def image(self) -> LoadedImage | None:
        """The image on screen; None while another is awaited, though the old picture is still painted."""
        return None if self._is_awaiting else self._image

    def set_image(self, image: LoadedImage) -> None:
        """Show an image, fitted."""
        self._image = image
        self._is_awaiting = False
        self._message = ""
        height, width, _ = image.rgb.shape
        self.viewport.set_image_size(width, height)
        self.view_changed()
        self.keyboard.set_image(QSizeF(width, height))

    def await_image(self) -> None:
        """Another image is being read: the tools rest until it is here, so that no click goes to the wrong image."""
        self._tool.put_down()
        self._is_awaiting = True
        self.keyboard.set_image(QSizeF())
        self.pointer_moved.emit(None)

    def show_message(self, message: str) -> None:
        """Show a sentence instead of an image."""
        self._image = None
        self._message = translated(message)
        self.keyboard.set_image(QSizeF())
        self._repaint()

    def set_tone(self, tone: Tone) -> None:
        """Show images with that brightness, contrast and gamma."""
        self._image_painter.tone = tone
        self._repaint()

    def set_tool(self, tool: Tool) -> None:
        """Make a tool the active one."""
        self._tool.put_down()
        self._tool.repaint_wanted.disconnect(self._repaint)
        self._tool.area_changed.disconnect(self._repaint_area)
        self._tool = tool
        self._connect_tool()
        self.update_cursor()
        self._repaint()

    def _connect_tool(self) -> None:
        self._tool.repaint_wanted.connect(self._repaint)
        self._tool.area_changed.connect(self._repaint_area)

    def resize_tool(self, steps: float) -> bool:
        """Make the brush larger (positive) or smaller; nothing for a tool without a size."""
        return self._tool.resize(steps)

    def end_gesture(self) -> None:
        """End what the button is held down for: what is drawn so far is drawn."""
        self._tool.put_down()

    def abort(self) -> bool:
        """Give up a half-done drag; returns whether there was one."""
        return self._tool.abort()

    def accept(self) -> bool:
        """Finish what the tool has half done; returns whether there was something."""
        return self._tool.accept()

    def remove_last(self) -> bool:
        """Take back the last click of what the tool has half done; returns whether there was one."""
        return self._tool.remove_last()

    def delete(self) -> bool:
        """Delete what of the tool's own is chosen; returns whether there was something."""
        return self._tool.delete()

    def shows_image(self) -> bool:
        return self._image is not None

    def own_cursor(self) -> Qt.CursorShape:
        return self._tool.cursor

    # -- painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())  # for those who paint only what is to be seen of many things
        if self._image is None:
            margin = QRectF(self.rect()).adjusted(32, 32, -32, -32)
            is_dark = self.palette().color(QPalette.ColorRole.Dark).lightness() < 128
            painter.setPen(Qt.GlobalColor.white if is_dark else Qt.GlobalColor.black)
            painter.drawText(margin, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
            return
        self._image_painter.paint(painter, self.viewport, self._image, self.devicePixelRatio())
        self._paint_instances(painter)
        painter.drawPixmap(0, 0, self._proposals.picture(self.viewport, self.size(), self.devicePixelRatio()))
        self._proposals.paint_highlights(painter, self.viewport)
        self._drawn.paint(painter, self.viewport)
        self.prompt.paint(painter, self.viewport)
        self._tool.paint(painter, self.viewport)
        if self.prompt.has_ring:
            self.prompt.paint_ring(painter, self._pointer_position())
        if self.keyboard.at is not None:
            paint_pointer(painter, self._pointer_position())
        if self._is_magnifying:
            ground = self.palette().color(QPalette.ColorRole.Dark)
            paint_magnifier(painter, self.viewport, self._pointer_position(), ground, self._paint_enlarged)

    def _paint_instances(self, painter: QPainter) -> None:
        picture = self._layer.picture(self.viewport, self.size(), self.devicePixelRatio())
        selected = self._layer.selected_picture(self.viewport, self.size(), self.devicePixelRatio())
        self._drawn.follow()
        painter.drawPixmap(0, 0, self._without_erased(picture))
        self._layer.paint_bright(painter, self.viewport)
        if selected is not None:
            painter.drawPixmap(0, 0, self._without_erased(selected))

    def _without_erased(self, picture: QPixmap) -> QPixmap:
        return self._tool.cut(self._drawn.cut(picture, self.viewport), self.viewport)

    def _paint_enlarged(self, painter: QPainter, lens: Viewport) -> None:
        """All that is under the magnifier."""
        if self._image is not None:
            self._image_painter.paint_once(painter, lens, self._image, self.devicePixelRatio())
        self._layer.paint(painter, lens)
        self._layer.paint_highlights(painter, lens)
        self._proposals.paint(painter, lens)
        self._proposals.paint_highlights(painter, lens)
        self._drawn.paint(painter, lens)
        self.prompt.paint_enlarged(painter, lens)

    def _pointer_position(self) -> QPointF:
        at = self.keyboard.at
        if at is not None:
            return self.viewport.to_widget(at)
        return QPointF(self.mapFromGlobal(QCursor.pos()))

    def _on_session_changed(self) -> None:
        refined = self._session.refined
        self._layer.set_replaced(None if refined is None or self.prompt.shape is None else refined.id)

    def _set_magnifying(self, magnifying: bool) -> None:
        self._is_magnifying = magnifying
        self._repaint()

    def _repaint(self) -> None:
        self.update()

    def _repaint_area(self, area: QRectF) -> None:
        if self._is_magnifying:
            self.update()
        else:
            self.update(area.toAlignedRect())

    # -- input -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.begins_panning(event) and self.image is not None:
            self._tool.press(self._pointer(event, self.image))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.pans(event) and self.image is not None:
            self._move(self._pointer(event, self.image))

    def _move(self, pointer: Pointer) -> None:
        self.pointer_moved.emit(pointer.at if pointer.is_inside else None)
        self._tool.move(pointer)
        if self._tool.cursor != self.cursor().shape():
            self.update_cursor()
        if self.prompt.has_ring or self._is_magnifying or self.keyboard.at is not None:
            self._repaint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self.ends_panning() and self.image is not None:
            self._tool.release(self._pointer(event, self.image))

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer_moved.emit(None)
        self._tool.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._set_magnifying(True)
        elif Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9 and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.digit_pressed.emit(event.key() - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Z and not event.isAutoRepeat():
            self._set_magnifying(False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._set_magnifying(False)  # the release of its key goes to whoever has the keyboard then
        super().focusOutEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(900, 640)

    def _pointer(self, event: QMouseEvent, image: LoadedImage) -> Pointer:
        size = QSizeF(image.levels[0].size())
        at = self.viewport.to_image(event.position())
        return Pointer(at, event.position(), size, event.button(), event.modifiers())
