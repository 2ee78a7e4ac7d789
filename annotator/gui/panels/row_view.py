"""A list with rows of one height, quick at any length, and what its delegates have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    SignalInstance,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QFocusEvent,
    QIcon,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHeaderView,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QWidget,
)

from annotator.gui.icons import drawing, set_icon

Index = QModelIndex | QPersistentModelIndex

MARGIN = 8
GAP = 8
_FAINT = 0.9  # how much of the colour of its text a selected row keeps for what matters less
_SWATCH = 12


class RowView(QTableView):
    """A table of one column without headers: QListView lays all its rows out anew whenever one comes or goes.

    Clicks leave the keyboard with the canvas; Tab still reaches the list. empty_text is shown while there is no row.
    """

    def __init__(self, model: QAbstractItemModel, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty_text = ""
        self.setModel(model)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(row_height)
        self.verticalHeader().setDefaultSectionSize(row_height)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(row_height)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)

    def add_action(self, text: str, slot: Callable[[], None] | SignalInstance | None, *keys: str) -> QAction:
        """An action with keys that work while the list has the keyboard; slot: None for one that is connected later."""
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        if slot is not None:
            action.triggered.connect(slot)
        self.addAction(action)
        return action

    def visible_rows(self) -> range:
        """The rows at least partly in sight."""
        count = self.model().rowCount()
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if first < 0:
            return range(0)
        return range(first, (last if last >= 0 else count - 1) + 1)

    def selected_rows(self) -> list[int]:
        """The selected rows, ascending."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is selected and was in sight stays so when the list gets lower."""
        rows = self.selected_rows()
        top = self.rowViewportPosition(rows[0]) if rows else -1
        was_in_sight = 0 <= top <= event.oldSize().height() - self.verticalHeader().defaultSectionSize()
        super().resizeEvent(event)
        if was_in_sight:
            self.scrollTo(self.model().index(rows[0], 0))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QWidget.update(self)  # its frame, which shows that it has the keyboard

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        QWidget.update(self)

    def sizeHintForColumn(self, column: int) -> int:
        # The column takes the width there is; asking the delegate row by row would only cost time.
        return -1

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.empty_text and not self.model().rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            room = self.viewport().rect().adjusted(2 * MARGIN, 2 * MARGIN, -2 * MARGIN, -2 * MARGIN)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(room, flags, self.empty_text)


class RowDelegate(QStyledItemDelegate):
    """Draws the style's row with its selection; subclasses draw into it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        row.text, row.icon = "", QIcon()
        style = QApplication.style() if option.widget is None else option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, row, painter, option.widget)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.paint_row(painter, option, index)
        painter.restore()

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw what the row says."""
        raise NotImplementedError

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, 0)  # the view gives every row its height and its width


def title_label(text: str, view: QWidget, parent: QWidget) -> QLabel:
    """The heading of a list."""
    label = QLabel(text, parent)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    label.setBuddy(view)
    return label


def action_button(action: QAction, icon_name: str, parent: QWidget) -> QToolButton:
    """A small button for an action, as in the heading of a list."""
    set_icon(action, icon_name)
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.toolTip())
    return button


def is_selected(option: QStyleOptionViewItem) -> bool:
    """Whether the row is drawn as a selected one."""
    return bool(option.state & QStyle.StateFlag.State_Selected)


def text_color(option: QStyleOptionViewItem, *, faint: bool = False) -> QColor:
    """The colour of the row's text; faint for what matters less."""
    group = QPalette.ColorGroup.Active
    if is_selected(option):
        color = option.palette.color(group, QPalette.ColorRole.HighlightedText)
        color.setAlphaF(_FAINT if faint else 1.0)
        return color
    return option.palette.color(group, QPalette.ColorRole.PlaceholderText if faint else QPalette.ColorRole.Text)


def draw_text(
    painter: QPainter,
    option: QStyleOptionViewItem,
    room: QRect,
    text: str,
    *,
    right: bool = False,
    faint: bool = False,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """One line of text in the middle of the room, shortened to fit."""
    painter.setPen(text_color(option, faint=faint))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    shown = option.fontMetrics.elidedText(text, elide, room.width())
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


def draw_swatch(painter: QPainter, left: int, room: QRect, color: QColor) -> int:
    """A square of the colour at `left`, in the middle of the room's height; returns where it ends."""
    square = QRectF(left + 0.5, room.center().y() - _SWATCH / 2 + 0.5, _SWATCH, _SWATCH)
    painter.setPen(QPen(QColor(0, 0, 0, 90), 1.0))
    painter.setBrush(color)
    painter.drawRoundedRect(square, 2.0, 2.0)
    return left + _SWATCH + 1


def color_swatch(color: QColor) -> QIcon:
    """The same square as an icon, for buttons and menus."""
    return _swatch(color.name())


@lru_cache(maxsize=512)
def _swatch(color: str) -> QIcon:
    picture = QPixmap(QSize(32, 32))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(0, 0, 0, 90), 2.0))
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(QRectF(3, 3, 26, 26), 4.0, 4.0)
    painter.end()
    return QIcon(picture)


def draw_symbol(painter: QPainter, room: QRect, name: str, color: QColor) -> None:
    """The icon of that name in that colour, filling the room."""
    ratio = painter.device().devicePixelRatioF()
    painter.setOpacity(color.alphaF())
    painter.drawPixmap(room, drawing(name, color, round(room.width() * ratio)))
    painter.setOpacity(1.0)
