"""The detail slider of the strip beside a mask that is not accepted yet."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from annotator.gui.canvas.canvas import Canvas
from annotator.gui.prompt_detail import PromptDetail

_STEPS = 100
_OWN_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


class DetailField(QWidget):
    """While the slider is moved or has the keyboard, the canvas shows the polygons through the handles."""

    def __init__(self, canvas: Canvas, detail: PromptDetail, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._detail = detail
        name = QLabel(self.tr("Detail"), self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(10)
        self.slider.setFixedWidth(90)
        self.slider.setAccessibleName(self.tr("Detail"))
        self.slider.setToolTip(
            self.tr("How many vertices the instance will have to pull; the mask stays exactly as it is")
        )
        # The keyboard stays with the canvas and its keys.
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.valueChanged.connect(self._on_moved)
        self.slider.sliderPressed.connect(self._refresh)
        self.slider.sliderReleased.connect(self._refresh)
        self.slider.installEventFilter(self)
        self.text = QLabel(self)
        # The strip keeps its width while the number changes.
        self.text.setMinimumWidth(self.text.fontMetrics().horizontalAdvance(self.tr("%n vertices", "", 888)))
        for label in (name, self.text):
            label.setForegroundRole(QPalette.ColorRole.WindowText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (name, self.slider, self.text):
            row.addWidget(widget)
        detail.changed.connect(self._refresh)
        self._refresh()

    def event(self, event: QEvent) -> bool:
        # These page through images on the canvas, whose child this is; here they move the slider.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._refresh()
        return False

    def _on_moved(self, value: int) -> None:
        self._detail.detail = value / _STEPS

    def _refresh(self) -> None:
        self.slider.setValue(round(self._detail.detail * _STEPS))
        vertices = self._detail.vertices
        if vertices is not None:  # until the newest are counted, the number before
            self.text.setText(self.tr("%n vertices", "", vertices))
        is_looking = self.slider.isSliderDown() or self.slider.hasFocus()
        self._canvas.show_polygons(self._detail.polygons if is_looking else ())
