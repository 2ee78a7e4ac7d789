"""The list of the dataset's images, with its filter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QHideEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from annotator.core.document import ImageStatus, ReviewState
from annotator.gui.document_model import DocumentModel
from annotator.gui.icons import set_icon
from annotator.gui.image_changes import ImageChanges
from annotator.gui.panels.filter_bar import FilterBar
from annotator.gui.panels.image_delegate import ROW_HEIGHT, THUMBNAIL, ImageDelegate
from annotator.gui.panels.image_details import ImageDetails
from annotator.gui.panels.image_filter import ImageFilter
from annotator.gui.panels.image_rows import ImageListModel
from annotator.gui.panels.row_view import RowView, title_label
from annotator.gui.thumbnails import Thumbnails

_PIXEL_RATIO = 2  # thumbnails are sharp on screens of up to this scale
_LEAST_WIDTH = 184  # a thumbnail and as much of a name as says something


class ImageListPanel(QWidget):
    """Choosing a row asks for its image; the marks are the user's to set."""

    image_chosen = Signal(int)
    refused = Signal(object)
    left = Signal()  # a field on the image, or the filter, is written

    def __init__(self, model: DocumentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._changes = ImageChanges(model, self)
        self._changes.refused.connect(self.refused)
        self._shown_id: int | None = None
        self.list_model = ImageListModel(model, self)
        self.thumbnails = Thumbnails(THUMBNAIL * _PIXEL_RATIO, self)
        self.view = _ImageView(self.list_model, model, self.thumbnails, self)
        self.view.setItemDelegate(ImageDelegate(model, self.thumbnails, self.view))
        self.view.setAccessibleName(self.tr("Images"))
        self.filter_bar = FilterBar(model, self)
        self.filter_bar.left.connect(self.left)
        self.count = QLabel(self)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.unusable = QLabel(self)
        self.unusable.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.details = ImageDetails(model, self._changes, self)
        self.details.left.connect(self.left)
        self.setMinimumWidth(_LEAST_WIDTH)
        self.matches = QLabel(self)
        self.clear_filter = QToolButton(self)
        set_icon(self.clear_filter, "close")
        self.clear_filter.setAutoRaise(True)
        self.clear_filter.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clear_filter.setToolTip(self.tr("Show all images"))
        self.clear_filter.setAccessibleName(self.tr("Show all images"))
        self.clear_filter.clicked.connect(self.filter_bar.clear)
        self._lay_out()
        self.toggle_done = self.view.add_action(self.tr("Mark as done or not done"), None, "Space")
        self.toggle_done.triggered.connect(self._on_toggle_done)
        self.accept = self.view.add_action(self.tr("Accept in the review"), None, "Shift+Y")
        self.reject = self.view.add_action(self.tr("Reject in the review"), None, "Shift+N")
        self.ask_for_review = self.view.add_action(self.tr("Mark as to be reviewed"), None, "Shift+T")
        self.take_back = self.view.add_action(self.tr("Take the review back"), None)
        for action, state in (
            (self.accept, ReviewState.ACCEPTED),
            (self.reject, ReviewState.REJECTED),
            (self.ask_for_review, ReviewState.TO_REVIEW),
            (self.take_back, None),
        ):
            action.triggered.connect(partial(self._on_review, state))
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        self.filter_bar.filter_changed.connect(self._on_filter_changed)
        self.filter_bar.order_changed.connect(self.list_model.set_order)
        self.thumbnails.made.connect(self._on_thumbnail_made)
        self.list_model.statuses_changed.connect(self._refresh_counts)
        self.list_model.modelReset.connect(self._on_rows_replaced)
        self.list_model.rowsInserted.connect(self._refresh_counts)
        self.list_model.rowsRemoved.connect(self._refresh_counts)
        model.document_replaced.connect(self._on_document_replaced)
        self._refresh_counts()

    def show_image(self, image_id: int) -> None:
        """That image is on screen: make its row the current one, if the filter has it."""
        self._shown_id = image_id
        self.list_model.set_shown(image_id)
        self.details.set_image(image_id)
        self._follow()

    def step(self, rows: int) -> None:
        """Go that many rows down (or up), as far as there are rows."""
        count = self.list_model.rowCount()
        if not count:
            return
        row = self.view.currentIndex().row()
        if row < 0:
            # The image on screen is filtered out: go on from where it would be.
            row = 0 if self._shown_id is None else self.list_model.row_from(self._shown_id)
            rows = rows - 1 if rows > 0 else rows
        self._choose(min(max(row + rows, 0), count - 1))

    def image_after(self) -> int | None:
        """The next image, in the order of the list, that can be worked on; None after the last."""
        start = self.view.currentIndex().row() + 1
        if start == 0 and self._shown_id is not None:
            start = self.list_model.row_from(self._shown_id)
        for row in range(start, self.list_model.rowCount()):
            image = self._model.document.images[self.list_model.image_id(row)]
            if image.problem is None and image.has_size:
                return image.id
        return None

    def next_untouched(self) -> None:
        """Go to the next row whose image is untouched, beginning again at the top; say so when there is none."""
        document = self._model.document
        if self._go_to_next(lambda image_id: document.status_of(image_id) is ImageStatus.UNTOUCHED):
            return
        if self.list_model.filter.is_empty:
            self.refused.emit(self.tr("No image is untouched any more."))
        else:
            self.refused.emit(self.tr("No image of those listed is untouched any more."))

    def next_with_proposals(self) -> None:
        """Go to the next row whose image has proposals, beginning again at the top; say so when there is none."""
        document = self._model.document
        if not self._go_to_next(lambda image_id: next(document.proposals_of(image_id), None) is not None):
            if self.list_model.filter.is_empty:
                self.refused.emit(self.tr("No other image has proposals."))
            else:
                self.refused.emit(self.tr("No other image of those listed has proposals."))

    def _go_to_next(self, is_wanted: Callable[[int], bool]) -> bool:
        """Go to the next row of a usable image that is wanted; returns whether there is one beside the current."""
        count = self.list_model.rowCount()
        current = self.view.currentIndex().row()
        start = current + 1
        if start == 0 and self._shown_id is not None:
            start = self.list_model.row_from(self._shown_id)
        document = self._model.document
        for row in (*range(start, count), *range(min(start, count))):
            image_id = self.list_model.image_id(row)
            if row != current and document.images[image_id].problem is None and is_wanted(image_id):
                self._choose(row)
                return True
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        self.thumbnails.want(())
        super().hideEvent(event)

    # -- following ---------------------------------------------------------------------------------------------------

    def _choose(self, row: int) -> None:
        # Not the view's setCurrentIndex, to which a Ctrl held for a shortcut means to select one row more.
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.view.selectionModel().setCurrentIndex(self.list_model.index(row), flags)

    def _follow(self) -> None:
        row = -1 if self._shown_id is None else self.list_model.row_of(self._shown_id)
        if row >= 0:
            self._choose(row)
        else:
            self.view.setCurrentIndex(QModelIndex())
            self.view.clearSelection()

    def _on_current_changed(self, current: QModelIndex) -> None:
        if current.isValid():
            image_id = self.list_model.image_id(current.row())
            if image_id != self._shown_id:
                self.image_chosen.emit(image_id)

    def _on_filter_changed(self, image_filter: ImageFilter) -> None:
        self.list_model.set_filter(image_filter)

    def _on_rows_replaced(self) -> None:
        self._follow()
        self._refresh_counts()

    def _on_document_replaced(self) -> None:
        self._shown_id = None
        self.thumbnails.forget()
        self.filter_bar.clear()
        self._follow()

    def _on_thumbnail_made(self, path: Path) -> None:
        document = self._model.document
        for row in self.view.visible_rows():
            if document.image_path(self.list_model.image_id(row)) == path:
                self.view.update(self.list_model.index(row))

    # -- the rest ----------------------------------------------------------------------------------------------------

    def _on_toggle_done(self) -> None:
        self._changes.toggle_done(self.list_model.image_id(row) for row in self.view.selected_rows())

    def _on_review(self, state: ReviewState | None) -> None:
        self._changes.set_review_state([self.list_model.image_id(row) for row in self.view.selected_rows()], state)

    def _refresh_counts(self) -> None:
        done, total = self.list_model.count_of(ImageStatus.DONE), self.list_model.total
        text = self.tr("%1/%2 done").replace("%1", str(done)).replace("%2", str(total))
        self.count.setText(text if total else "")
        unusable = self.list_model.unusable
        self.unusable.setText(self.tr("%n image(s) cannot be opened", "", unusable))
        self.unusable.setVisible(unusable > 0)
        filtered = not self.list_model.filter.is_empty
        self.matches.setVisible(filtered)
        self.clear_filter.setVisible(filtered)
        self.matches.setText(self.tr("%n image(s) match", "", self.list_model.rowCount()))
        self.view.empty_text = self.tr("No image matches the filter.") if filtered and (total or unusable) else ""

    def _lay_out(self) -> None:
        title = title_label(self.tr("Images"), self.view, self)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addWidget(self.count, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.matches, 1)
        foot.addWidget(self.clear_filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.unusable)
        layout.addWidget(self.filter_bar)
        layout.addLayout(foot)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.details)


class _ImageView(RowView):
    """Wants the thumbnails of the rows in sight, whenever it is drawn."""

    def __init__(
        self, list_model: ImageListModel, model: DocumentModel, thumbnails: Thumbnails, parent: QWidget
    ) -> None:
        super().__init__(list_model, ROW_HEIGHT, parent)
        self._list_model = list_model
        self._document_model = model
        self._thumbnails = thumbnails
        self.setSelectionMode(RowView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def paintEvent(self, event: QPaintEvent) -> None:
        document = self._document_model.document
        records = [document.images[self._list_model.image_id(row)] for row in self.visible_rows()]
        self._thumbnails.want(document.image_path(record.id) for record in records if record.problem is None)
        super().paintEvent(event)
