"""A line that asks for other keys for an action."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from annotator.gui.shortcuts import BoundAction, Shortcuts


class KeyEditor(QFrame):
    """Hidden until it is asked for; says while keys are pressed why they cannot be."""

    closed = Signal(object)  # BoundAction that it was about

    def __init__(self, shortcuts: Shortcuts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shortcuts = shortcuts
        self._bound: BoundAction | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.subject = QLabel(self)
        self.subject.setTextFormat(Qt.TextFormat.PlainText)
        self.key = QKeySequenceEdit(self)
        self.key.setMaximumSequenceLength(1)
        self.key.setAccessibleName(self.tr("Press the new key"))
        for field in self.key.findChildren(QLineEdit):  # in place of Qt's own words
            field.setPlaceholderText(self.tr("Press the new key"))
        self.key.keySequenceChanged.connect(self._on_key_changed)
        self._seen = QKeySequence()  # the key that what is shown is about
        self.problem = QLabel(self)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.use = self._button(self.tr("&Use it"))
        self.use.clicked.connect(lambda: self._choose([self.key.keySequence()]))
        self.add = self._button(self.tr("Use it &as well"))
        self.add.clicked.connect(self._on_add)
        self.none = self._button(self.tr("&No key"))
        self.none.clicked.connect(lambda: self._choose([]))
        self.restore = self._button(self.tr("&Restore"))
        self.restore.clicked.connect(self._on_restore)
        self.cancel = self._button(self.tr("&Cancel"))
        self.cancel.clicked.connect(self.close_editor)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.key, 1)
        for button in (self.use, self.add, self.none, self.restore, self.cancel):
            line.addWidget(button)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setSpacing(8)
        grid.addWidget(self.subject, 0, 0)
        grid.addWidget(self.problem, 0, 1)
        grid.addLayout(line, 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.hide()

    def open_for(self, bound: BoundAction) -> None:
        """Ask for keys for this action."""
        self._bound = bound
        self.subject.setText(self.tr("New key for: %1").replace("%1", bound.title))
        self.key.clear()
        self.restore.setEnabled(self._shortcuts.is_chosen(bound))
        self.none.setEnabled(bool(bound.keys))
        self._refresh()
        self.show()
        self.key.setFocus()

    def close_editor(self) -> None:
        """Ask no longer."""
        bound, self._bound = self._bound, None
        self.hide()
        self.closed.emit(bound)

    def _on_key_changed(self, key: QKeySequence) -> None:
        # Qt tells the key once more when the keyboard leaves, which may be when the window is gone already.
        if key != self._seen:
            self._refresh()

    def _refresh(self) -> None:
        if self._bound is None:
            return
        key = self._seen = self.key.keySequence()
        owner = "" if key.isEmpty() else self._shortcuts.owner_of(key, self._bound)
        has_it = key in self._bound.keys
        if owner:
            text = self.tr("%1 has a meaning already: %2. Take it away there first.")
            written = key.toString(QKeySequence.SequenceFormat.NativeText)
            self.problem.setText(text.replace("%2", owner).replace("%1", written))
        else:
            self.problem.setText(self.tr("It has this key.") if has_it else "")
        is_free = not key.isEmpty() and not owner
        self.use.setEnabled(is_free)
        self.add.setEnabled(is_free and not has_it and bool(self._bound.keys))

    def _on_add(self) -> None:
        if self._bound is not None:
            self._choose([*self._bound.keys, self.key.keySequence()])

    def _on_restore(self) -> None:
        if self._bound is not None:
            self._shortcuts.reset(self._bound)
            self.close_editor()

    def _choose(self, keys: list[QKeySequence]) -> None:
        if self._bound is not None:
            self._shortcuts.choose(self._bound, keys)
            self.close_editor()

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)  # Return is a key one may choose
        return button
