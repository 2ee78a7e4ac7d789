"""What narrows and orders the list of images: a text, a status, a review, a category, and a menu of orders."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QComboBox, QGridLayout, QMenu, QSizePolicy, QToolButton, QWidget

from annotator.core.document import ImageStatus
from annotator.gui.document_model import DocumentModel
from annotator.gui.icons import set_icon
from annotator.gui.palette import category_color
from annotator.gui.panels.image_filter import ImageFilter, ImageOrder, ReviewFilter
from annotator.gui.panels.leaving_field import LeavingField
from annotator.gui.panels.row_view import color_swatch
from annotator.gui.timers import single_shot

_WITH_PROPOSALS = "with proposals"  # among the statuses: the images whose proposals wait for an answer


class FilterBar(QWidget):
    """Tells at every key what is wanted now."""

    filter_changed = Signal(object)  # ImageFilter
    order_changed = Signal(object)  # ImageOrder
    left = Signal()  # the text is written

    def __init__(self, model: DocumentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.text = LeavingField(self)
        self.text.setPlaceholderText(self.tr("Filter images"))
        self.text.setAccessibleName(self.tr("Filter images by name"))
        self.text.setClearButtonEnabled(True)
        self.text.textChanged.connect(self._on_changed)
        self.text.returnPressed.connect(self.left)
        self.text.left.connect(self.left)
        self.orders = self._order_menu()
        self.order_button = QToolButton(self)
        set_icon(self.order_button, "sort")
        self.order_button.setAutoRaise(True)
        self.order_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.order_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.order_button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.order_button.setMenu(self.orders)
        self.order_button.setToolTip(self.tr("Order of the images"))
        self.order_button.setAccessibleName(self.tr("Order of the images"))
        self.status = self._combo(self.tr("Filter images by status"))
        for text, status in (
            (self.tr("Any status"), None),
            (self.tr("Untouched"), ImageStatus.UNTOUCHED),
            (self.tr("In work"), ImageStatus.IN_WORK),
            (self.tr("Done"), ImageStatus.DONE),
        ):
            self.status.addItem(text, status)
        self.status.insertSeparator(self.status.count())
        self.status.addItem(self.tr("Proposals"), _WITH_PROPOSALS)
        self.review = self._combo(self.tr("Filter images by review"))
        for text, review in (
            (self.tr("Any review"), None),
            (self.tr("Not reviewed"), ReviewFilter.NONE),
            (self.tr("To review"), ReviewFilter.TO_REVIEW),
            (self.tr("Accepted"), ReviewFilter.ACCEPTED),
            (self.tr("Rejected"), ReviewFilter.REJECTED),
        ):
            self.review.addItem(text, review)
        self.category = self._combo(self.tr("Filter images by category"))
        self.status.currentIndexChanged.connect(self._on_changed)
        self.review.currentIndexChanged.connect(self._on_changed)
        self.category.currentIndexChanged.connect(self._on_changed)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self.text, 0, 0, 1, 2)
        grid.addWidget(self.order_button, 0, 2)
        combos = QGridLayout()
        combos.setSpacing(4)
        combos.addWidget(self.status, 0, 0)
        combos.addWidget(self.review, 0, 1)
        combos.addWidget(self.category, 1, 0, 1, 2)
        combos.setColumnStretch(0, 1)
        combos.setColumnStretch(1, 1)
        grid.addLayout(combos, 1, 0, 1, 3)
        # Reordering tells of every category that moved; the list is filled once.
        self._later = single_shot(self, 0, self._fill_categories)
        model.category_changed.connect(self._on_category_changed)
        model.document_replaced.connect(self._fill_categories)
        self._fill_categories()

    @property
    def wanted(self) -> ImageFilter:
        """The filter as it is set."""
        # Qt hands an enum back as it came, but None as no data at all.
        status = self.status.currentData()
        with_proposals = status == _WITH_PROPOSALS
        return ImageFilter(
            text=self.text.text().strip(),
            status=None if with_proposals else status,
            proposals=with_proposals,
            category_id=self.category.currentData(),
            review=self.review.currentData(),
        )

    def clear(self) -> None:
        """Let every image through."""
        self.text.clear()
        self.status.setCurrentIndex(0)
        self.category.setCurrentIndex(0)
        self.review.setCurrentIndex(0)

    def take_over(self, before: FilterBar) -> None:
        """Filter and order by what another bar does."""
        self.text.setText(before.text.text())
        self.status.setCurrentIndex(before.status.currentIndex())
        self.review.setCurrentIndex(before.review.currentIndex())
        self.category.setCurrentIndex(before.category.currentIndex())
        for action, other in zip(self.orders.actions(), before.orders.actions(), strict=True):
            if other.isChecked():
                action.trigger()

    def _combo(self, name: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        combo.setToolTip(name)
        combo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # As wide as half the panel, however long the names in it are.
        combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        combo.setMinimumContentsLength(4)
        return combo

    def _order_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(self)
        for text, order in (
            (self.tr("As in the dataset"), ImageOrder.DATASET),
            (self.tr("By name"), ImageOrder.NAME),
            (self.tr("By status"), ImageOrder.STATUS),
            (self.tr("Most instances first"), ImageOrder.COUNT),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(order is ImageOrder.DATASET)
            action.setData(order)
            group.addAction(action)
        group.triggered.connect(self._on_order_chosen)
        return menu

    def _fill_categories(self) -> None:
        chosen = self.category.currentData()
        with QSignalBlocker(self.category):
            self.category.clear()
            self.category.addItem(self.tr("Any category"), None)
            for category in self._model.document.categories.values():
                self.category.addItem(color_swatch(category_color(category)), category.name, category.id)
            row = -1 if chosen is None else self.category.findData(chosen)
            self.category.setCurrentIndex(max(row, 0))
        if self.category.currentData() != chosen:
            self._on_changed()

    def _on_category_changed(self) -> None:
        self._later.start()

    def _on_changed(self) -> None:
        self.filter_changed.emit(self.wanted)

    def _on_order_chosen(self, action: QAction) -> None:
        self.order_changed.emit(action.data())
