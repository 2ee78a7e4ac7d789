"""Colours of categories, prompts and masks."""

from __future__ import annotations

from PySide6.QtGui import QColor

from annotator.core.document import Category

# Okabe and Ito's palette (jfly.uni-koeln.de/color, 2008), told apart by most colour-blind people, without black and
# ordered so that neighbours differ most; then lighter and darker mixes of the same hues for the ninth category on.
_CATEGORY_COLORS = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
    "#b3e2cd", "#fdcdac", "#7a5195", "#a6761d", "#66c2ff", "#c2e699", "#ff8fab",
)  # fmt: skip

# Those after them are mixed with black, then with white: lightness tells them apart for the colour-blind, too.
_MIXES = ((0, 0.0), (0, 0.45), (255, 0.5))  # grey level, its share

POSITIVE = QColor("#17b26a")
NEGATIVE = QColor("#e5342f")
CURRENT_MASK = QColor(255, 255, 255)
PREVIEW = QColor(255, 255, 255, 170)
# Proposals of "segment everything" are of no category yet.
PROPOSAL = QColor("#ffffff")
PROPOSAL_FILL_OPACITY = 0.12
# Drawn under every bright line so that it shows on any picture.
CASING = QColor(0, 0, 0, 160)
FILL_OPACITY = 0.4


def category_color(category: Category) -> QColor:
    """The category's own colour, or the palette's for its id."""
    if category.color is not None:
        return QColor(category.color)
    return QColor(next_category_color(category.id))


def next_category_color(category_id: int) -> str:
    """The palette's colour for a category about to be made, "#rrggbb"."""
    turn, place = divmod(category_id - 1, len(_CATEGORY_COLORS))
    color = QColor(_CATEGORY_COLORS[place])
    mixed, share = _MIXES[turn % len(_MIXES)]
    parts = (round(own * (1 - share) + mixed * share) for own in (color.red(), color.green(), color.blue()))
    return QColor(*parts).name()
