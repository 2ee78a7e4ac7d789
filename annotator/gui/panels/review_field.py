"""A review: what it came to and, unless all is well, why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from annotator.core.document import Review, ReviewState
from annotator.gui.panels.value_fields import LineField, StillCombo

_DIFFERENT = -1


class ReviewField(QWidget):
    """The state, and under it a comment as long as something is rejected or has been."""

    state_edited = Signal(object)  # ReviewState, or None for no review
    comment_edited = Signal(str)
    left = Signal()  # the comment is written

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = StillCombo(self)
        self.state.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.state.setAccessibleName(name)
        self._states: list[ReviewState | None] = []
        for text, state in (
            (self.tr("Not reviewed"), None),
            (self.tr("To review"), ReviewState.TO_REVIEW),
            (self.tr("Accepted"), ReviewState.ACCEPTED),
            (self.tr("Rejected"), ReviewState.REJECTED),
        ):
            self.state.addItem(text)
            self._states.append(state)
        self.state.setPlaceholderText(self.tr("mixed"))
        self.state.activated.connect(lambda row: self.state_edited.emit(self._states[row]))
        self.comment = LineField(self)
        self.comment.set_hint(self.tr("What should be changed?"))
        self.comment.setAccessibleName(self.tr("What should be changed?"))
        self.comment.edited.connect(lambda text: self.comment_edited.emit(text or ""))
        self.comment.left.connect(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.state)
        column.addWidget(self.comment)
        self.show_values([None])

    def show_values(self, reviews: Sequence[Review | None]) -> None:
        """Show one review a record."""
        states = {None if review is None else review.state for review in reviews}
        self.state.setCurrentIndex(self._states.index(states.pop()) if len(states) == 1 else _DIFFERENT)
        given = [review for review in reviews if review is not None]
        asks = any(review.comment or review.state is ReviewState.REJECTED for review in given)
        # It does not vanish under the hands of who empties it.
        self.comment.setVisible(asks or self.comment.hasFocus())
        self.comment.show_values([review.comment or None for review in given])
