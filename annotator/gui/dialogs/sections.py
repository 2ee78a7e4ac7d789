"""Short lists under headings, to read and to copy: a preview, a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtWidgets import QTextEdit, QWidget

_MARGIN, _INDENT = 8, 16


@dataclass(frozen=True)
class Section:
    """A heading and what is listed below it; both are shown as they are written, whatever is in them."""

    title: str
    lines: tuple[str, ...]

    def as_text(self) -> str:
        """To copy."""
        return "\n".join([self.title, *(f"    {line}" for line in self.lines)])


class SectionsView(QTextEdit):
    """Shows sections; Tab leaves it."""

    def __init__(self, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(accessible_name)
        self.document().setDocumentMargin(_MARGIN)
        self.document().setIndentWidth(_INDENT)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Replace what is shown."""
        self.setHtml("".join(map(_as_html, sections)))


def _as_html(section: Section) -> str:
    items = "".join(f'<li style="margin-bottom: 2px">{escape(line)}</li>' for line in section.lines)
    title = f'<p style="margin: 0 0 4px 0"><b>{escape(section.title)}</b></p>'
    return f'{title}<ul style="margin: 0 0 12px 0">{items}</ul>'
