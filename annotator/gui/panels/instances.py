"""The list of the instances on the image."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QVBoxLayout, QWidget

from annotator.core.document import Instance
from annotator.gui.document_model import DocumentModel
from annotator.gui.palette import category_color
from annotator.gui.panels.categories import color_swatch
from annotator.gui.selection import Selection

_Index = QModelIndex | QPersistentModelIndex


class InstanceListModel(QAbstractListModel):
    """One row an instance of the image on screen, newest first."""

    def __init__(self, model: DocumentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._image_id: int | None = None
        self._instances: list[Instance] = []
        model.document_replaced.connect(self._on_document_replaced)
        model.instance_changed.connect(self._reset)
        model.category_changed.connect(self._reset)

    def set_image(self, image_id: int | None) -> None:
        """List another image's instances."""
        self._image_id = image_id
        self._reset()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        return 0 if parent.isValid() else len(self._instances)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        instance = self._instances[index.row()]
        category = self._model.document.categories[instance.category_id]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            area = f"{instance.mask.area:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
            return self.tr("%1   %2 px").replace("%1", category.name).replace("%2", area)
        if role == Qt.ItemDataRole.DecorationRole:
            return color_swatch(category_color(category))
        return None

    def instance_id(self, row: int) -> int:
        """The instance of that row."""
        return self._instances[row].id

    def rows_of(self, instance_ids: frozenset[int]) -> list[int]:
        """The rows of those of them that are on the image."""
        return [row for row, instance in enumerate(self._instances) if instance.id in instance_ids]

    def _on_document_replaced(self) -> None:
        self.set_image(None)

    def _reset(self) -> None:
        self.beginResetModel()
        instances = [] if self._image_id is None else list(self._model.document.instances_of(self._image_id))
        self._instances = instances[::-1]
        self.endResetModel()


class InstancesPanel(QWidget):
    """The list; its selection is the canvas's."""

    def __init__(self, model: DocumentModel, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._is_following = False
        self.list_model = InstanceListModel(model, self)
        self.view = QListView(self)
        self.view.setModel(self.list_model)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.view.setMouseTracking(True)
        self.view.setAccessibleName(self.tr("Instances"))
        self.view.entered.connect(lambda index: selection.hover(self.list_model.instance_id(index.row())))
        self.view.viewportEntered.connect(lambda: selection.hover(None))
        self.view.selectionModel().selectionChanged.connect(self._on_view_selection_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(QLabel(self.tr("Instances"), self))
        layout.addWidget(self.view)
        selection.instances_changed.connect(self._follow_selection)
        self.list_model.modelReset.connect(self._follow_selection)

    def _on_view_selection_changed(self) -> None:
        if not self._is_following:
            rows = [index.row() for index in self.view.selectionModel().selectedIndexes()]
            self._selection.select(self.list_model.instance_id(row) for row in rows)

    def _follow_selection(self) -> None:
        chosen = QItemSelection()
        for row in self.list_model.rows_of(self._selection.instance_ids):
            chosen.select(self.list_model.index(row), self.list_model.index(row))
        self._is_following = True
        self.view.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._is_following = False
