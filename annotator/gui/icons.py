"""The icon family: line drawings that take the palette's text colour, so that they show on light and dark."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication

from annotator import paths

_SIZES = (16, 24, 32, 48)
_NAME = "icon_name"


def icon(name: str) -> QIcon:
    """The icon of that file name (without .svg) in the present palette's colour."""
    palette = QApplication.palette()
    result = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        color = palette.color(group, QPalette.ColorRole.WindowText)
        for side in _SIZES:
            result.addPixmap(drawing(name, color, side), mode)
    return result


def drawing(name: str, color: QColor, side: int) -> QPixmap:
    """The icon of that name in an opaque colour, `side` screen pixels wide and high.

    Qt keeps what was drawn: many places show the same one, and drawing takes a while.
    """
    key, picture = f"icon/{name}/{color.name()}/{side}", QPixmap()
    if not QPixmapCache.find(key, picture):
        svg = (paths.resources_dir() / "icons" / f"{name}.svg").read_text("utf-8")
        picture = QPixmap(QSize(side, side))
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", color.name()).encode()))
        renderer.render(painter, QRectF(0, 0, side, side))
        painter.end()
        QPixmapCache.insert(key, picture)
    return picture


def set_icon(target: QAction | QAbstractButton, name: str) -> None:
    """Give an action or a button the icon of that name; `recolor_icons` keeps it in the palette's colour."""
    target.setProperty(_NAME, name)
    target.setIcon(icon(name))


def recolor_icons(root: QObject) -> None:
    """Draw the icons of all actions and buttons below `root` anew, after the palette has changed."""
    targets: list[QAction | QAbstractButton] = [*root.findChildren(QAction), *root.findChildren(QAbstractButton)]
    for target in targets:
        name = target.property(_NAME)
        if name is not None:
            target.setIcon(icon(name))
