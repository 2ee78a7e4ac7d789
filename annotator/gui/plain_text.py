"""Texts with names that files give are shown as they are written: Qt takes whatever looks like HTML for HTML.

A category, an image or a checkpoint may be called anything, and an HTML text can make Qt open files and network folders
for its pictures. Labels say so themselves (QLabel.setTextFormat); a tooltip has no such property.
"""

from __future__ import annotations

import html

from PySide6.QtGui import Qt


def as_tooltip(text: str) -> str:
    """The text of a tooltip that shows `text`, line by line, whatever is in it."""
    if not Qt.mightBeRichText(text):
        return text
    return f'<p style="white-space: pre">{html.escape(text)}</p>'
