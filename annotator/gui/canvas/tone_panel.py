"""Sliders for brightness, contrast and gamma in a corner of the canvas; one can go on working beside them."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSlider, QToolButton

from annotator.core.tone import NEUTRAL, Tone
from annotator.gui.canvas.canvas import Canvas
from annotator.gui.view_tone import ViewTone

_MARGIN = 8
_STEPS = 100  # of a slider, to either side
_GAMMA_RANGE = 5.0  # gamma goes from one over this to this


class TonePanel(QFrame):
    """A child of the canvas, shown while `action` is checked."""

    def __init__(self, canvas: Canvas, view_tone: ViewTone, action: QAction) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._view_tone = view_tone
        self._action = action
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        self.brightness, self._brightness_value = self._row(grid, 0, self.tr("Brightness"))
        self.contrast, self._contrast_value = self._row(grid, 1, self.tr("Contrast"))
        self.gamma, self._gamma_value = self._row(grid, 2, self.tr("Gamma"))
        self.reset = QToolButton(self)
        self.reset.setText(self.tr("Reset"))
        self.reset.setToolTip(self.tr("Show the image as it is"))
        self.reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset.clicked.connect(lambda: view_tone.set(NEUTRAL))
        note = QLabel(self.tr("For viewing only"), self)
        note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        grid.addWidget(note, 3, 0, 1, 2)
        grid.addWidget(self.reset, 3, 2, Qt.AlignmentFlag.AlignRight)
        self.hide()
        self._follow()
        view_tone.changed.connect(self._follow)
        canvas.resized.connect(self._place)
        action.toggled.connect(self._on_toggled)

    def event(self, event: QEvent) -> bool:
        # Escape is a key of the canvas, whose child this is; here it closes the panel. Arrows move the sliders.
        own = (Qt.Key.Key_Escape, Qt.Key.Key_Left, Qt.Key.Key_Right)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in own:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._action.setChecked(False)
        else:
            super().keyPressEvent(event)

    def _row(self, grid: QGridLayout, row: int, name: str) -> tuple[QSlider, QLabel]:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(-_STEPS, _STEPS)
        slider.setPageStep(10)
        slider.setMinimumWidth(160)
        slider.setAccessibleName(name)
        slider.valueChanged.connect(self._on_moved)
        value = QLabel(self)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        value.setMinimumWidth(value.fontMetrics().horizontalAdvance("-0.00") + 4)
        label = QLabel(name, self)
        for widget in (value, label):
            widget.setForegroundRole(QPalette.ColorRole.WindowText)
        for column, widget in enumerate((label, slider, value)):
            grid.addWidget(widget, row, column)
        return slider, value

    def _on_moved(self) -> None:
        self._view_tone.set(
            Tone(
                self.brightness.value() / _STEPS,
                self.contrast.value() / _STEPS,
                float(_GAMMA_RANGE ** (self.gamma.value() / _STEPS)),
            )
        )

    def _follow(self) -> None:
        tone = self._view_tone.tone
        self._brightness_value.setText(f"{tone.brightness:+.2f}" if tone.brightness else "0")
        self._contrast_value.setText(f"{tone.contrast:+.2f}" if tone.contrast else "0")
        self._gamma_value.setText(f"{tone.gamma:.2f}")
        self.reset.setEnabled(tone != NEUTRAL)
        values = (tone.brightness, tone.contrast, math.log(tone.gamma, _GAMMA_RANGE))
        for slider, value in zip((self.brightness, self.contrast, self.gamma), values, strict=True):
            blocker = QSignalBlocker(slider)
            slider.setValue(round(value * _STEPS))
            blocker.unblock()

    def _on_toggled(self, shown: bool) -> None:
        self.setVisible(shown)
        if shown:
            self._place()
            self.brightness.setFocus()
        else:
            self._canvas.setFocus()

    def _place(self) -> None:
        self.adjustSize()
        self.move(self._canvas.width() - self.width() - _MARGIN, _MARGIN)
        self.raise_()
