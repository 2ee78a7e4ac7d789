"""The dataset's images as rows, of which a filter shows some, in an order to choose."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal

from annotator.core.document import Change, ImageRecord, ImageStatus, Instance, ReviewState, StoredProposal
from annotator.gui.document_model import DocumentModel
from annotator.gui.language import listing, translated
from annotator.gui.panels.image_filter import ImageFilter, ImageOrder, InstanceMatches
from annotator.gui.panels.image_sorting import ImageSorting
from annotator.gui.panels.row_view import Index
from annotator.gui.plain_text import as_tooltip
from annotator.gui.timers import single_shot

IMAGE_ROW_ROLE = Qt.ItemDataRole.UserRole
_ONE_BY_ONE = 100  # more changes at once than this, and the rows are made anew


@dataclass(frozen=True)
class ImageRow:
    """What a row shows. note: a short text on its instances and proposals, or its problem; told: the same at length."""

    record: ImageRecord
    note: str
    told: str
    status: ImageStatus


class ImageListModel(QAbstractListModel):
    """The row of the image on screen stays where it is until another is on screen, whatever becomes of it.

    Changes show at once; rows come, go and move when the events at hand are dealt with, so that a thousand changes
    cost no more than one.
    """

    statuses_changed = Signal()

    def __init__(self, model: DocumentModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._filter = ImageFilter()
        self._order = ImageOrder.DATASET
        self._sorting = ImageSorting()
        self._ids: list[int] = []
        self._statuses: dict[int, ImageStatus] = {}
        self._unusable: set[int] = set()  # missing, or cannot be opened
        self._status_counts: Counter[ImageStatus] = Counter()
        self._matches = InstanceMatches()
        self._shown_id: int | None = None
        self._dirty: set[int] = set()
        self._later = single_shot(self, 0, self._catch_up)
        model.document_replaced.connect(self._on_document_replaced)
        model.instance_changed.connect(self._on_instance_changed)
        model.proposal_changed.connect(self._on_proposal_changed)
        model.elsewhere_changed.connect(self._on_elsewhere_changed)
        model.image_changed.connect(self._on_image_changed)
        model.images_listed.connect(self._on_images_listed)
        self._on_document_replaced()

    # -- for the view ------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == IMAGE_ROW_ROLE:
            return self._row(self._ids[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            row = self._row(self._ids[index.row()])
            return f"{row.record.path}\n{row.note}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            row = self._row(self._ids[index.row()])
            return ", ".join((row.record.path, *self._said(row)))
        if role == Qt.ItemDataRole.ToolTipRole:
            row = self._row(self._ids[index.row()])
            if row.record.problem is not None:
                return as_tooltip(translated(row.record.problem))
            return as_tooltip("\n".join((row.record.path, listing(self._said(row)), *_written(row.record))))
        return None

    def status_name(self, status: ImageStatus) -> str:
        """What the user calls it."""
        names = {
            ImageStatus.UNTOUCHED: self.tr("untouched"),
            ImageStatus.IN_WORK: self.tr("in work"),
            ImageStatus.DONE: self.tr("done"),
        }
        return names[status]

    def review_name(self, state: ReviewState) -> str:
        """What the user calls it."""
        names = {
            ReviewState.TO_REVIEW: self.tr("to review"),
            ReviewState.ACCEPTED: self.tr("accepted"),
            ReviewState.REJECTED: self.tr("rejected"),
        }
        return names[state]

    def _said(self, row: ImageRow) -> list[str]:
        said = [row.told, self.status_name(row.status)]
        if row.record.review is not None:
            said.append(self.review_name(row.record.review.state))
        return said

    def _row(self, image_id: int) -> ImageRow:
        document = self._model.document
        record = document.images[image_id]
        if record.problem is not None:
            note = told = self.tr("cannot be opened")
        else:
            note, told = self._counted(document.count_of_image(image_id), document.count_of_proposals_on(image_id))
        return ImageRow(record, note, told, document.status_of(image_id))

    def _counted(self, instances: int, proposals: int) -> tuple[str, str]:
        """What is on an image, in short and at length."""
        told = self.tr("%n instance(s)", "", instances) if instances else self.tr("no instances")
        if not proposals:
            return told, told
        proposed = self.tr("%n proposal(s)", "", proposals)
        if not instances:
            return proposed, proposed
        # Beside another number shorter words have to do: rows are narrow.
        short = self.tr("%1 inst., %2 prop.").replace("%1", str(instances)).replace("%2", str(proposals))
        return short, listing([told, proposed])

    # -- for the panel -----------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many images the dataset has that can be worked on."""
        return len(self._sorting) - len(self._unusable)

    @property
    def unusable(self) -> int:
        """How many images are missing or cannot be opened."""
        return len(self._unusable)

    @property
    def filter(self) -> ImageFilter:
        """The filter in effect."""
        return self._filter

    def count_of(self, status: ImageStatus) -> int:
        """How many images of the whole dataset have that status, of those that can be worked on."""
        return self._status_counts[status]

    def image_id(self, row: int) -> int:
        """The image of that row."""
        return self._ids[row]

    def row_of(self, image_id: int) -> int:
        """The row of that image, -1 when the filter leaves it out or the dataset has none of that id."""
        if image_id not in self._sorting:
            return -1
        row = self.row_from(image_id)
        return row if row < len(self._ids) and self._ids[row] == image_id else -1

    def row_from(self, image_id: int) -> int:
        """Where the image's row is, or would be if the filter did not leave it out."""
        return self._sorting.place_in(self._ids, image_id)

    def set_filter(self, image_filter: ImageFilter) -> None:
        """Make the rows anew by another filter."""
        if image_filter != self._filter:
            self._catch_up()
            self._filter = image_filter
            self._matches.find(self._model.document, image_filter)
            self._make_rows()

    def set_order(self, order: ImageOrder) -> None:
        """Put the rows in another order."""
        if order != self._order:
            self._catch_up()
            self._order = order
            self._sort()

    def set_shown(self, image_id: int | None) -> None:
        """Another image is on screen; the one before takes the place it has come to deserve."""
        if self._shown_id is not None:
            self._ask(self._shown_id)
        self._shown_id = image_id

    # -- what changes ------------------------------------------------------------------------------------------------

    def _on_document_replaced(self) -> None:
        document = self._model.document
        self._dirty.clear()
        self._shown_id = None
        self._sorting.take(document)
        self._unusable = set(document.unusable_ids)
        self._look_at_all()
        self._sort()
        self.statuses_changed.emit()

    def _look_at_all(self) -> None:
        """Find out anew how far each image is, and which pass the filter."""
        self._statuses = self._model.document.statuses()
        statuses = list(self._statuses.values())
        self._status_counts = Counter({status: statuses.count(status) for status in ImageStatus})
        self._status_counts.subtract(self._statuses[image_id] for image_id in self._unusable)
        self._matches.find(self._model.document, self._filter)

    def _on_instance_changed(self, change: Change) -> None:
        instance = change.after or change.before
        assert isinstance(instance, Instance)
        self._ask(instance.image_id)

    def _on_proposal_changed(self, change: Change) -> None:
        proposal = change.after or change.before
        assert isinstance(proposal, StoredProposal)
        self._ask(proposal.image_id)

    def _on_elsewhere_changed(self, image_ids: frozenset[int]) -> None:
        self._dirty |= image_ids
        self._later.start()

    def _on_image_changed(self, change: Change) -> None:
        if change.before is not None and change.after is not None:
            self._ask(change.after.id)

    def _on_images_listed(self) -> None:
        shown_id = self._shown_id
        self._on_document_replaced()
        self._shown_id = shown_id if shown_id in self._sorting else None

    def _ask(self, image_id: int) -> None:
        self._dirty.add(image_id)
        if not self._later.isActive():
            self._later.start()

    def _catch_up(self) -> None:
        dirty, self._dirty = self._dirty, set()
        if not dirty:
            return
        if len(dirty) > _ONE_BY_ONE:
            self._look_at_all()
            self._sort()
            self.statuses_changed.emit()
            return
        document = self._model.document
        for image_id in dirty:
            status = document.status_of(image_id)
            if image_id not in self._unusable:
                self._status_counts[self._statuses[image_id]] -= 1
                self._status_counts[status] += 1
            self._statuses[image_id] = status
            self._matches.find_on(document, image_id)
        for image_id in dirty:
            self._place(image_id)
        self.statuses_changed.emit()

    # -- rows --------------------------------------------------------------------------------------------------------

    def _sort(self) -> None:
        """Order all images anew, then make the rows of them."""
        self._sorting.sort(self._order, self._statuses)
        self._make_rows()

    def _make_rows(self) -> None:
        wanted, text = self._filter, self._filter.text.casefold()
        ids = self._sorting.ids
        # One condition after the other, because this runs at every key and is the quickest way through 20,000 images.
        if text:
            names = self._sorting.searched_names()
            ids = [i for i in ids if text in names[i]]
        if wanted.status is not None:
            ids = [i for i in ids if self._statuses[i] is wanted.status]
        ids = self._matches.narrowed(ids)
        self.beginResetModel()
        self._ids = list(ids)
        self.endResetModel()

    def _passes(self, image_id: int) -> bool:
        wanted = self._filter
        return (
            (not wanted.text or wanted.text.casefold() in self._sorting.searched_names()[image_id])
            and (wanted.status is None or self._statuses[image_id] is wanted.status)
            and bool(self._matches.narrowed([image_id]))
        )

    def _place(self, image_id: int) -> None:
        """Let the image's row come, go or move, or be drawn anew."""
        row, is_passed = self.row_of(image_id), self._passes(image_id)
        is_settled = is_passed and self._sorting.is_in_place(image_id, self._statuses)
        is_in_place = image_id == self._shown_id or is_settled
        if row >= 0 and is_in_place:
            self.dataChanged.emit(self.index(row), self.index(row))
            return
        if row >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._ids[row]
            self.endRemoveRows()
        self._sorting.move(image_id, self._statuses)
        if is_passed:
            row = self.row_from(image_id)
            self.beginInsertRows(QModelIndex(), row, row)
            self._ids.insert(row, image_id)
            self.endInsertRows()


def _written(record: ImageRecord) -> list[str]:
    """What people wrote on the image."""
    texts = ("" if record.review is None else record.review.comment, record.note)
    return [text for text in texts if text]
