"""Light and dark: what the system says, or what the user has chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from annotator.gui.settings import Theme
from annotator.gui.visible_style import is_fusion

_SCHEMES = {
    Theme.SYSTEM: Qt.ColorScheme.Unknown,
    Theme.LIGHT: Qt.ColorScheme.Light,
    Theme.DARK: Qt.ColorScheme.Dark,
}
_ROLE = QPalette.ColorRole
_ACCENT = "#236bcb"
# Text has a contrast of at least 7 : 1 to its ground, hints and selected rows of 4.5 : 1, as WCAG 2.2 asks.
_DARK = {
    _ROLE.Window: "#26282c",
    _ROLE.WindowText: "#e8eaed",
    _ROLE.Base: "#1c1e21",
    _ROLE.AlternateBase: "#232528",
    _ROLE.Text: "#e8eaed",
    _ROLE.Button: "#33363b",
    _ROLE.ButtonText: "#e8eaed",
    _ROLE.BrightText: "#ffffff",
    _ROLE.ToolTipBase: "#33363b",
    _ROLE.ToolTipText: "#e8eaed",
    _ROLE.PlaceholderText: "#9aa0a6",
    _ROLE.Light: "#4a4e55",
    _ROLE.Midlight: "#3e4147",
    _ROLE.Mid: "#1f2124",
    _ROLE.Dark: "#151618",
    _ROLE.Shadow: "#000000",
    _ROLE.Highlight: _ACCENT,
    _ROLE.HighlightedText: "#ffffff",
    _ROLE.Accent: _ACCENT,
    _ROLE.Link: "#7db4ff",
    _ROLE.LinkVisited: "#b79cff",
}
_LIGHT = {
    _ROLE.Window: "#f3f4f6",
    _ROLE.WindowText: "#1c1e21",
    _ROLE.Base: "#ffffff",
    _ROLE.AlternateBase: "#f7f8fa",
    _ROLE.Text: "#1c1e21",
    _ROLE.Button: "#fafbfc",
    _ROLE.ButtonText: "#1c1e21",
    _ROLE.BrightText: "#ffffff",
    _ROLE.ToolTipBase: "#ffffff",
    _ROLE.ToolTipText: "#1c1e21",
    _ROLE.PlaceholderText: "#646a71",
    _ROLE.Light: "#ffffff",
    _ROLE.Midlight: "#e6e8eb",
    _ROLE.Mid: "#c6cad0",
    _ROLE.Dark: "#9aa0a6",
    _ROLE.Shadow: "#6b7178",
    _ROLE.Highlight: _ACCENT,
    _ROLE.HighlightedText: "#ffffff",
    _ROLE.Accent: _ACCENT,
    _ROLE.Link: "#1558b0",
    _ROLE.LinkVisited: "#6b3fa0",
}
_DISABLED_TEXT = "#83898f"
_DISABLED = (_ROLE.WindowText, _ROLE.Text, _ROLE.ButtonText)


def apply_theme(theme: Theme) -> None:
    """Put a theme into effect for the whole application."""
    hints = QGuiApplication.styleHints()
    hints.setColorScheme(_SCHEMES[theme])
    if not is_fusion():
        return  # the platform's own style has colours of its own, and follows the scheme
    scheme = hints.colorScheme() if theme is Theme.SYSTEM else _SCHEMES[theme]
    QApplication.setPalette(_palette(_DARK if scheme == Qt.ColorScheme.Dark else _LIGHT))


def is_dark() -> bool:
    """Whether the application shows light text on a dark ground now."""
    palette = QApplication.palette()
    return palette.color(_ROLE.WindowText).lightness() > palette.color(_ROLE.Window).lightness()


def _palette(colors: dict[QPalette.ColorRole, str]) -> QPalette:
    palette = QPalette()
    for role, color in colors.items():
        palette.setColor(role, QColor(color))
    for role in _DISABLED:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DISABLED_TEXT))
    palette.setColor(QPalette.ColorGroup.Disabled, _ROLE.Highlight, palette.color(_ROLE.Mid))
    return palette
