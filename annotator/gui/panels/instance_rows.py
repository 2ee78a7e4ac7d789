"""The instances of the image on screen as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from annotator.core.document import Category, Change, Instance, Review, ReviewState
from annotator.gui.document_model import DocumentModel
from annotator.gui.language import listing
from annotator.gui.palette import category_color
from annotator.gui.panels.review_marks import review_mark
from annotator.gui.panels.row_view import (
    GAP,
    MARGIN,
    Index,
    RowDelegate,
    draw_swatch,
    draw_symbol,
    draw_text,
    text_color,
)
from annotator.gui.view_state import ViewState

INSTANCE_ROW_ROLE = Qt.ItemDataRole.UserRole
_SYMBOL = 16
_REVIEW_SYMBOL = 12


@dataclass(frozen=True)
class InstanceRow:
    """What a row shows. area: pixels, as text. marks: group, crowd and review, as text; brief_marks: group, crowd."""

    instance: Instance
    category: Category
    area: str
    is_hidden: bool
    is_locked: bool
    marks: str = ""
    brief_marks: str = ""


class InstanceListModel(QAbstractListModel):
    """One row an instance of the image on screen, newest first."""

    def __init__(self, model: DocumentModel, view_state: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._view_state = view_state
        self._image_id: int | None = None
        self._instances: list[Instance] = []
        self._row_of: dict[int, int] | None = None  # by id; None: not made since rows came, went or moved
        self._order: tuple[int, ...] = ()  # the drawing order the rows were last brought into
        self._gone: set[int] = set()  # their rows go together, at the end of the edit
        self.is_removing = False  # a view deselects the row that goes, which nobody has asked for
        model.document_replaced.connect(self._on_document_replaced)
        model.instance_changed.connect(self._on_instance_changed)
        model.instances_gone.connect(self._remove_gone)
        model.category_changed.connect(self._on_looks_changed)
        view_state.changed.connect(self._on_looks_changed)

    def set_image(self, image_id: int | None) -> None:
        """List another image's instances."""
        self._image_id = image_id
        self._order = ()
        self._gone.clear()
        self._row_of = None
        self.beginResetModel()
        self._instances = [] if image_id is None else list(self._model.document.instances_of(image_id))[::-1]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        return 0 if parent.isValid() else len(self._instances)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._row(index.row())
        if role == INSTANCE_ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.category.name}   {row.area}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = [row.category.name, row.area, *([row.marks] if row.marks else [])]
            if row.is_hidden:
                parts.append(self.tr("hidden"))
            if row.is_locked:
                parts.append(self.tr("locked"))
            return ", ".join(parts)
        return None

    @property
    def instance_ids(self) -> list[int]:
        """The instances on the image, row by row."""
        return [instance.id for instance in self._instances]

    def instance_id(self, row: int) -> int:
        """The instance of that row."""
        return self._instances[row].id

    def rows_of(self, instance_ids: frozenset[int]) -> list[int]:
        """The rows of those of them that are on the image."""
        if self._row_of is None:
            # Hundreds of instances that change together ask for one row each.
            self._row_of = {instance.id: row for row, instance in enumerate(self._instances)}
        return sorted(self._row_of[i] for i in instance_ids if i in self._row_of)

    def _row(self, row: int) -> InstanceRow:
        instance = self._instances[row]
        area = f"{instance.mask.area:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        return InstanceRow(
            instance,
            self._model.document.categories[instance.category_id],
            self.tr("%1 px").replace("%1", area),
            instance.id in self._view_state.hidden_ids,
            instance.id in self._view_state.locked_ids,
            listing(tuple(self._marks(instance))),
            " ".join(self._brief_marks(instance)),
        )

    def _marks(self, instance: Instance) -> Iterator[str]:
        if instance.group is not None:
            yield self.tr("group %1").replace("%1", str(instance.group))
        if instance.iscrowd:
            yield self.tr("crowd")
        if instance.review is not None:
            yield self._review_name(instance.review)

    def _review_name(self, review: Review) -> str:
        names = {
            ReviewState.TO_REVIEW: self.tr("to review"),
            ReviewState.ACCEPTED: self.tr("accepted"),
            ReviewState.REJECTED: self.tr("rejected"),
        }
        name = names[review.state]
        return f"{name}: {review.comment}" if review.comment else name

    def _brief_marks(self, instance: Instance) -> Iterator[str]:
        if instance.group is not None:
            yield f"#{instance.group}"
        if instance.iscrowd:
            yield self.tr("crowd")

    def _on_document_replaced(self) -> None:
        self.set_image(None)

    def _on_instance_changed(self, change: Change) -> None:
        before, after = change.before, change.after
        record = after or before
        assert isinstance(record, Instance)
        if record.image_id != self._image_id:
            return
        if after is None:
            self._gone.add(record.id)
            return
        self._remove_gone()  # or the rows would not be those of the document
        if before is None:
            order = self._model.document.order_of(record.image_id)
            # A new one is the newest; only one that comes back has to be looked for.
            row = 0 if order[-1] == record.id else len(order) - 1 - order.index(record.id)
            self.beginInsertRows(QModelIndex(), row, row)
            self._instances.insert(row, record)
            self._row_of = None
            self.endInsertRows()
            return
        if before is after:
            self._follow_order(record.image_id)
            return
        (row,) = self.rows_of(frozenset({record.id}))
        self._instances[row] = record
        self.dataChanged.emit(self.index(row), self.index(row))

    def _remove_gone(self) -> None:
        """Remove the rows of the instances that are gone, those beside each other at once."""
        gone, self._gone = self._gone, set()
        rows = self.rows_of(frozenset(gone)) if gone else []
        self.is_removing = True
        while rows:
            last = first = rows.pop()
            while rows and rows[-1] == first - 1:
                first = rows.pop()
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._instances[first : last + 1]
            self._row_of = None
            self.endRemoveRows()
        self.is_removing = False

    def _follow_order(self, image_id: int) -> None:
        """Put the rows in the order that is new; of several that moved, the first brings all to their places."""
        order = self._model.document.order_of(image_id)
        if order == self._order:
            return
        self._order = order
        moved = list(self._model.document.instances_of(image_id))[::-1]
        self.layoutAboutToBeChanged.emit()
        row_of = {instance.id: row for row, instance in enumerate(moved)}
        before = self.persistentIndexList()
        after = [self.index(row_of[self._instances[index.row()].id]) for index in before]
        self._instances = moved
        self._row_of = None
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _on_looks_changed(self) -> None:
        self._remove_gone()  # their category may be gone, too
        if self._instances:
            self.dataChanged.emit(self.index(0), self.index(len(self._instances) - 1))


class RowPart(Enum):
    """The places of a row that can be clicked."""

    EYE = auto()
    LOCK = auto()


class InstanceDelegate(RowDelegate):
    """Colour, name, area, an eye and a lock; what is hidden is faint, and an open lock shows where one may click."""

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: InstanceRow = index.data(INSTANCE_ROW_ROLE)
        area = option.rect
        painter.setOpacity(0.5 if row.is_hidden else 1.0)
        name_left = draw_swatch(painter, area.left() + MARGIN, area, category_color(row.category)) + GAP
        painter.setOpacity(1.0)
        numbers = area.adjusted(0, 0, -(2 * _SYMBOL + 3 * GAP), 0)
        width = option.fontMetrics.horizontalAdvance(row.area)
        name = QRect(name_left, area.top(), numbers.right() - width - GAP - name_left, area.height())
        if row.instance.review is not None:
            side = _REVIEW_SYMBOL
            room = QRect(name.right() - side, area.center().y() + 1 - side // 2, side, side)
            draw_symbol(painter, room, *review_mark(row.instance.review.state, option))
            name.setRight(room.left() - GAP)
        draw_text(painter, option, name, row.category.name, faint=row.is_hidden)
        after_name = name.adjusted(option.fontMetrics.horizontalAdvance(row.category.name) + GAP, 0, 0, 0)
        if row.brief_marks and after_name.width() > 0:
            draw_text(painter, option, after_name, row.brief_marks, faint=True)
        draw_text(painter, option, numbers, row.area, right=True, faint=True)
        eye = "eye-off" if row.is_hidden else "eye"
        draw_symbol(painter, self.room_of(RowPart.EYE, area), eye, text_color(option, faint=row.is_hidden))
        if row.is_locked:
            draw_symbol(painter, self.room_of(RowPart.LOCK, area), "lock", text_color(option))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            draw_symbol(painter, self.room_of(RowPart.LOCK, area), "unlock", text_color(option, faint=True))

    def room_of(self, part: RowPart, row: QRect) -> QRect:
        """Where a part is drawn in the row."""
        from_right = _SYMBOL + MARGIN if part is RowPart.LOCK else 2 * _SYMBOL + MARGIN + GAP
        return QRect(row.right() + 1 - from_right, row.center().y() - _SYMBOL // 2 + 1, _SYMBOL, _SYMBOL)

    def part_at(self, position: QPoint, row: QRect) -> RowPart | None:
        """The part at a place of the row; its room is as high as the row."""
        for part in RowPart:
            room = self.room_of(part, row).adjusted(-GAP // 2, 0, GAP // 2, 0)
            if room.left() <= position.x() <= room.right():
                return part
        return None
