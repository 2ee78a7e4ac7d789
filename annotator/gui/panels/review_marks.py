"""How rows show reviews: three shapes, in three colours."""

from __future__ import annotations

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QStyleOptionViewItem

from annotator.core.document import ReviewState
from annotator.gui.panels.row_view import is_selected, text_color

_MARKS = {
    ReviewState.TO_REVIEW: ("review-open", QColor("#2b8fd6")),
    ReviewState.ACCEPTED: ("review-accepted", QColor("#009e73")),
    ReviewState.REJECTED: ("review-rejected", QColor("#d55e00")),
}


def review_mark(state: ReviewState, option: QStyleOptionViewItem) -> tuple[str, QColor]:
    """The icon's name and its colour; on a selected row the text's colour, which can be seen there."""
    name, color = _MARKS[state]
    return name, text_color(option) if is_selected(option) else color
