"""What is said of the selected instances: attributes, review, group, crowd, and their place in the order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.core.document import Attribute, Change, Instance
from annotator.gui.document_model import DocumentModel
from annotator.gui.elided_label import ElidedLabel
from annotator.gui.instance_changes import InstanceChanges
from annotator.gui.panels.arrange_actions import ArrangeActions
from annotator.gui.panels.attribute_form import AttributeForm
from annotator.gui.panels.review_field import ReviewField
from annotator.gui.panels.row_view import action_button, title_label
from annotator.gui.panels.value_fields import FlagField, WholeField, as_text
from annotator.gui.selection import Selection
from annotator.gui.timers import single_shot


class DetailsPanel(QWidget):
    """Shows what the selected instances have in common, and changes all of them at once, each key in the document.

    It is never higher than the most that it has shown of this document needs.
    """

    can_be_higher = Signal(int)  # its maximum height is more than it was, which is given
    attributes_wanted = Signal(int)  # category id: its attributes are to be defined
    left = Signal()  # the user is done with a field

    def __init__(
        self,
        model: DocumentModel,
        selection: Selection,
        changes: InstanceChanges,
        arrange: ArrangeActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._changes = changes
        self._shown: tuple[Instance, ...] = ()
        self.subject = ElidedLabel(self, mode=Qt.TextElideMode.ElideMiddle)  # the number is at its end
        self.subject.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.form = AttributeForm((), self)
        self.define = QToolButton(self)
        self.define.setText(self.tr("Attributes..."))
        self.define.setToolTip(self.tr("Choose what can be said of the instances of this category"))
        self.define.setAutoRaise(True)
        self.define.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.define.clicked.connect(self._on_define)
        self.review = ReviewField(self.tr("Review of the instance"), self)
        self.review.state_edited.connect(lambda state: changes.set_review_state(self._ids, state))
        self.review.comment_edited.connect(
            lambda comment: changes.set_review_comment(self._ids, comment, typing=self.review.comment.typing)
        )
        self.group = WholeField(self)
        self.group.set_hint(self.tr("none"))
        self.group.setAccessibleName(self.tr("Group"))
        self.group.edited.connect(lambda group: changes.set_group(self._ids, group, typing=self.group.typing))
        self.crowd = FlagField(self.tr("Crowd"), self)
        self.crowd.setToolTip(self.tr("Many objects in one mask"))
        self.crowd.edited.connect(lambda crowd: changes.set_crowd(self._ids, crowd))
        self.place = QLabel(self)
        self.place.setToolTip(self.tr("Counted from the top"))
        self.others = QLabel(self)
        self.others.setWordWrap(True)
        self.others.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.others.setTextFormat(Qt.TextFormat.PlainText)
        for field in (self.review, self.group):
            field.left.connect(self.left)
        self._lay_out(arrange)
        # Ten changes at once are shown once.
        self._later = single_shot(self, 0, self.refresh)
        for changed in (
            *(selection.instances_changed, selection.view_state.changed, model.document_replaced),
            *(model.category_changed, self.review.state_edited, self.review.comment_edited),
            *(self.group.edited, self.crowd.edited),  # what was refused must not stay in the field
        ):
            changed.connect(self._refresh_later)
        model.instance_changed.connect(self._on_instance_changed)
        model.document_replaced.connect(self._forget_height)
        self.refresh()
        self._forget_height()

    @property
    def _ids(self) -> tuple[int, ...]:
        """What is shown, as far as it is still there."""
        return tuple(instance.id for instance in self._shown if instance.id in self._model.document.instances)

    def refresh(self) -> None:
        """Show what is selected now."""
        instances = self._model.document.instances
        self._shown = shown = tuple(instances[i] for i in sorted(self._selection.instance_ids) if i in instances)
        self._pages.setCurrentIndex(1 if shown else 0)
        self.subject.setText(self._subject_text())
        self.subject.setVisible(bool(self.subject.text()))
        if not shown:
            return
        attributes = self._attributes()
        if attributes != self.form.attributes:
            self._replace_form(attributes)
        self.form.show_values([instance.attributes for instance in shown])
        self.review.show_values([instance.review for instance in shown])
        self.group.show_values([instance.group for instance in shown])
        self.crowd.show_values([instance.iscrowd for instance in shown])
        self.place.setText(self._place_text())
        self.define.setVisible(len({instance.category_id for instance in shown}) == 1)
        others = "\n".join(self._other_values())
        self.others.setText(others)
        self.others.setVisible(bool(others))
        self._fields.setEnabled(not self._selection.instance_ids <= self._selection.view_state.locked_ids)

    def _attributes(self) -> tuple[Attribute, ...]:
        """Those that all shown instances can have."""
        categories = self._model.document.categories
        first, *rest = {instance.category_id: categories[instance.category_id] for instance in self._shown}.values()
        return tuple(a for a in first.attributes if all(a in category.attributes for category in rest))

    def _other_values(self) -> Iterator[str]:
        """What one instance says beside its category's attributes, such as those of a category it had before."""
        if len(self._shown) == 1:
            for name, value in self._shown[0].attributes.items():
                if name not in self.form.fields:
                    yield f"{name}: {as_text(value)}"

    def _subject_text(self) -> str:
        if len(self._shown) != 1:
            return self.tr("%n instance(s)", "", len(self._shown)) if self._shown else ""
        (instance,) = self._shown
        name = self._model.document.categories[instance.category_id].name
        return self.tr("%1, no. %2").replace("%2", str(instance.id)).replace("%1", name)

    def _place_text(self) -> str:
        if len(self._shown) != 1:
            return ""
        (instance,) = self._shown
        order = self._model.document.order_of(instance.image_id)
        place = len(order) - order.index(instance.id)
        return self.tr("%1 of %2").replace("%1", str(place)).replace("%2", str(len(order)))

    def _on_instance_changed(self, change: Change) -> None:
        record = change.after or change.before
        assert isinstance(record, Instance)
        # Another instance that comes or goes on the image changes the place in the order.
        is_on_image = any(shown.image_id == record.image_id for shown in self._shown)
        if is_on_image or record.id in self._selection.instance_ids:
            self._refresh_later()

    def _refresh_later(self) -> None:
        self._later.start()

    def _on_edited(self, name: str, value: object, typing: str) -> None:
        self._changes.set_attribute(self._ids, name, value, typing=typing)
        self._refresh_later()

    def _on_define(self) -> None:
        if self._shown:
            self.attributes_wanted.emit(self._shown[0].category_id)

    # -- its height --------------------------------------------------------------------------------------------------

    def _limit_height(self) -> None:
        """It does not shrink with what is selected: the lists above would jump with every click."""
        before, needed = self.maximumHeight(), self._needed_height()
        if needed > before:
            self.setMaximumHeight(needed)
            self.can_be_higher.emit(before)

    def _forget_height(self) -> None:
        self.setMaximumHeight(self._needed_height())

    def _needed_height(self) -> int:
        layout = self.layout()
        assert layout is not None
        wrapped = self._column.totalHeightForWidth(self._fields.width()) if self._column.hasHeightForWidth() else 0
        above = self._head.sizeHint().height() + self.subject.sizeHint().height() + 2 * layout.spacing()
        return int(above + max(self._column.totalSizeHint().height(), wrapped))

    # -- putting together --------------------------------------------------------------------------------------------

    def _replace_form(self, attributes: tuple[Attribute, ...]) -> None:
        before, self.form = self.form, AttributeForm(attributes, self)
        self.form.edited.connect(self._on_edited)
        self.form.left.connect(self.left)
        self._column.replaceWidget(before, self.form)
        fields = [self.define, *self.form.fields.values(), self.review.state]
        for one, following in pairwise(fields):
            QWidget.setTabOrder(one, following)
        self.form.show()
        before.hide()
        before.deleteLater()

    def _lay_out(self, arrange: ArrangeActions) -> None:
        order = QHBoxLayout()
        order.setSpacing(0)
        order.addWidget(self.place, 1)
        for action, icon_name in (
            (arrange.bring_forward, "forward"),
            (arrange.send_back, "back"),
            (arrange.bring_to_front, "front"),
            (arrange.send_to_back, "bottom"),
        ):
            order.addWidget(action_button(action, icon_name, self))
        rows = QFormLayout()
        rows.setSpacing(4)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.addRow(self.tr("Review"), self.review)
        rows.addRow(self.tr("Group"), self.group)
        rows.addRow(self.tr("Order"), order)
        self._fields = _Fields(self)
        self._fields.laid_out.connect(self._limit_height)
        self._column = QVBoxLayout(self._fields)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.form)
        self._column.addWidget(self.others)
        self._column.addLayout(rows)
        self._column.addWidget(self.crowd)
        self._column.addStretch(1)
        area = QScrollArea(self)
        area.setWidget(self._fields)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        nothing = QLabel(self.tr("Select an instance to see its details."), self)
        nothing.setWordWrap(True)
        nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        nothing.setContentsMargins(16, 8, 16, 8)
        self._pages = QStackedLayout()
        self._pages.addWidget(nothing)
        self._pages.addWidget(area)
        self._head = head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(title_label(self.tr("Details"), area, self))
        head.addStretch(1)
        head.addWidget(self.define)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.subject)
        layout.addLayout(self._pages, 1)


class _Fields(QWidget):
    laid_out = Signal()  # something in it has come, gone or changed its size

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.laid_out.emit()
        return handled
