"""The list of the dataset's images."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QLabel, QListView, QVBoxLayout, QWidget

from annotator.core.document import Change, ImageRecord, Instance
from annotator.gui.document_model import DocumentModel

_Index = QModelIndex | QPersistentModelIndex


class ImageListModel(QAbstractListModel):
    """One row an image, in the document's order."""

    def __init__(self, model: DocumentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._image_ids: list[int] = []
        self._rows: dict[int, int] = {}
        model.document_replaced.connect(self._on_document_replaced)
        model.instance_changed.connect(self._on_changed)
        model.image_changed.connect(self._on_changed)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        return 0 if parent.isValid() else len(self._image_ids)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        record = self._model.document.images[self._image_ids[index.row()]]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(record)
        if role == Qt.ItemDataRole.ToolTipRole:
            return record.problem or record.path
        return None

    def image_id(self, row: int) -> int:
        """The image of that row."""
        return self._image_ids[row]

    def row_of(self, image_id: int) -> int:
        """The row of that image."""
        return self._rows[image_id]

    def _text(self, record: ImageRecord) -> str:
        if record.problem is not None:
            return self.tr("%1\ncannot be opened").replace("%1", record.path)
        count = self._model.document.count_of_image(record.id)
        return record.path + "\n" + (self.tr("%n instance(s)", "", count) if count else self.tr("no instances"))

    def _on_document_replaced(self) -> None:
        self.beginResetModel()
        self._image_ids = list(self._model.document.images)
        self._rows = {image_id: row for row, image_id in enumerate(self._image_ids)}
        self.endResetModel()

    def _on_changed(self, change: Change) -> None:
        record = change.after or change.before
        image_id = record.image_id if isinstance(record, Instance) else record.id  # type: ignore[union-attr]
        row = self._rows.get(image_id)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index)


class ImageListPanel(QWidget):
    """The list with a line that counts; choosing a row asks for its image."""

    image_chosen = Signal(int)

    def __init__(self, model: DocumentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.list_model = ImageListModel(model, self)
        self._count = QLabel(self)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.view = QListView(self)
        self.view.setModel(self.list_model)
        self.view.setUniformItemSizes(True)
        self.view.setLayoutMode(QListView.LayoutMode.Batched)
        # Clicks leave the keyboard with the canvas; Tab still reaches the list.
        self.view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.view.setAccessibleName(self.tr("Images"))
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._count)
        layout.addWidget(self.view)
        self.list_model.modelReset.connect(self._refresh_count)

    def show_image(self, image_id: int) -> None:
        """Make that image the current row."""
        self.view.setCurrentIndex(self.list_model.index(self.list_model.row_of(image_id)))

    def step(self, rows: int) -> None:
        """Go that many rows down (or up), as far as there are rows."""
        count = self.list_model.rowCount()
        if count:
            row = min(max(self.view.currentIndex().row() + rows, 0), count - 1)
            self.view.setCurrentIndex(self.list_model.index(row))

    def _on_current_changed(self, current: QModelIndex) -> None:
        self._refresh_count()
        if current.isValid():
            self.image_chosen.emit(self.list_model.image_id(current.row()))

    def _refresh_count(self) -> None:
        count = self.list_model.rowCount()
        row = self.view.currentIndex().row()
        self._count.setText(f"{row + 1} / {count}" if count else "")
