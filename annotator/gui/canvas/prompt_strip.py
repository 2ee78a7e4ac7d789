"""The strip that floats beside the mask being decided on: its IoU, which of the three, detail, and what Enter does."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QAction, QCursor, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.category_field import CategoryField
from annotator.gui.canvas.detail_field import DetailField
from annotator.gui.document_model import DocumentModel
from annotator.gui.instance_editor import InstanceEditor
from annotator.gui.mask_changes import DrawnMask
from annotator.gui.plain_text import as_tooltip
from annotator.gui.prompt_detail import PromptDetail
from annotator.gui.prompt_session import PromptSession
from annotator.gui.selection import Selection
from annotator.gui.shortcuts import key_hint

_GAP = 12
_LONGEST_NAME = 200  # as long as it is shown, in pixels


class PromptStrip(QFrame):
    """A child of the canvas; keeps clear of the mask, of the clicks and of the pointer."""

    def __init__(
        self,
        canvas: Canvas,
        detail: PromptDetail,
        session: PromptSession,
        editor: InstanceEditor,
        model: DocumentModel,
        selection: Selection,
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._session = session
        self._model = model
        self._selection = selection
        self.setObjectName("prompt_strip")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        # A child takes over its parent's roles, and the canvas is dark.
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        self._iou = QLabel(self)
        self._iou.setForegroundRole(QPalette.ColorRole.WindowText)
        self._which = QToolButton(self)
        self._which.setAutoRaise(True)
        self._which.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._which.clicked.connect(session.cycle)
        self.detail = DetailField(canvas, detail, self)
        self._accept = QToolButton(self)
        self._accept.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._accept.clicked.connect(editor.accept)
        self.category_field = CategoryField(model, self)
        self.category_field.hide()
        self.category_field.name_entered.connect(self._on_name_entered)
        self.category_field.nothing_entered.connect(self._on_nothing_entered)
        self.category_field.abandoned.connect(self._on_abandoned)
        self._drawn_shown: DrawnMask | None = None  # the drawn mask that the field is open for
        self._editor = editor
        self._accept_action: QAction | None = None
        self._next_mask: QAction | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        for widget in (self._iou, self._which, self.detail, self.category_field, self._accept):
            row.addWidget(widget)
        self.hide()
        session.changed.connect(self._refresh)
        selection.category_changed.connect(self._refresh)
        model.category_changed.connect(self._refresh)
        editor.category_wanted.connect(self._on_category_wanted)
        editor.masks.drawn.changed.connect(self._refresh)
        canvas.zoom_changed.connect(self._place)
        self._refresh()

    def name_keys(self, accept: QAction, next_mask: QAction) -> None:
        """Tell the keys of these actions, also when the user chooses others."""
        self._accept_action, self._next_mask = accept, next_mask
        for action in (accept, next_mask):
            action.changed.connect(self._on_keys_changed)

    def _on_keys_changed(self) -> None:
        if self._session.shown is not None:
            self._refresh()

    @property
    def is_asking(self) -> bool:
        """Whether the name field is open."""
        return not self.category_field.isHidden()

    def ask_for_category(self, name: str = "") -> None:
        """Open the name field, with that in it: the mask is accepted with the name typed there."""
        self.category_field.setText(name)
        self.category_field.show()
        self._refresh()
        self.show()
        self._place()
        self.category_field.setFocus()

    def _on_category_wanted(self) -> None:
        self.ask_for_category()

    def _on_name_entered(self, name: str) -> None:
        self._editor.apply_name(name)  # once accepted, the prompt is over and the field with it

    def _on_nothing_entered(self) -> None:
        if self._accept.isVisible():
            self._editor.accept()  # what the button beside the field says

    def _on_abandoned(self) -> None:
        if not self._editor.masks.drawn.give_up():
            self._close_field()
            self._refresh()

    def _close_field(self) -> None:
        had_keyboard = self.category_field.hasFocus()
        self.category_field.hide()
        self.category_field.clear()
        if had_keyboard:
            self._canvas.setFocus()

    def _refresh_drawn(self) -> bool:
        """Show what there is to be decided on a drawn mask; returns whether there is one."""
        drawn, before = self._editor.masks.drawn.present, self._drawn_shown
        self._drawn_shown = drawn
        if before is not None and drawn is not before:
            self._close_field()
        if drawn is None:
            return False
        for widget in (self._iou, self._which, self.detail):
            widget.hide()
        self.category_field.show()
        category = self._model.document.categories.get(self._selection.category_id or 0)
        self._accept.setVisible(category is not None)
        if category is not None:
            self._show_what_enter_does(category.name)
        self.show()
        self._place()
        return True

    def _refresh(self) -> None:
        if self._refresh_drawn():
            return
        shown, refined = self._session.shown, self._session.refined
        if shown is None and refined is not None:
            self._which.hide()
            self.detail.hide()
            self._accept.hide()
            self._iou.setText(self.tr("Refine: click what is missing, right-click what is too much"))
            self._iou.setToolTip("")
            self._iou.show()
            self.show()
            self._place()
            return
        if shown is None:
            if not self.category_field.isHidden():
                self._close_field()
            self.hide()
            return
        step = self._session.step
        self._iou.show()
        self._accept.show()
        self._iou.setText(self.tr("IoU %1").replace("%1", f"{shown.proposal.predicted_iou:.2f}"))
        self._iou.setToolTip(self.tr("How well the model believes this mask fits the object: 1.00 is perfect"))
        count = len(step.proposals)
        self._which.setVisible(count > 1)
        self._which.setText(self.tr("mask %1/%2").replace("%1", str(step.chosen + 1)).replace("%2", str(count)))
        self._which.setToolTip("" if self._next_mask is None else self._next_mask.toolTip())
        category_id = self._selection.category_id
        if refined is not None:
            what = self.tr("replace the mask")
        elif category_id is None:
            what = self.tr("name it")
        else:
            what = self._model.document.categories[category_id].name
        self._show_what_enter_does(what)
        self.show()
        self._place()

    def _show_what_enter_does(self, what: str) -> None:
        key = "" if self._accept_action is None else key_hint(self._accept_action)

        def named(what: str) -> str:
            return self.tr("%1: %2").replace("%1", key).replace("%2", what) if key else what

        shown = self.fontMetrics().elidedText(what, Qt.TextElideMode.ElideRight, _LONGEST_NAME)
        self._accept.setText(named(shown).replace("&", "&&"))
        self._accept.setToolTip(as_tooltip(what) if shown != what else "")
        self._accept.setAccessibleName(named(what))

    def _place(self) -> None:
        image_rect = self._mask_rect()
        if self.isHidden() or image_rect is None:
            return
        area = self._canvas.rect().adjusted(4, 4, -4, -4)
        # The detail gives way to the name that is asked for, and where the canvas is too narrow for all.
        self.detail.setVisible(self._session.shown is not None and not self.is_asking)
        self.adjustSize()
        if self.width() > area.width() and not self.detail.isHidden():
            self.detail.hide()
            self.adjustSize()
        mask = self._canvas.viewport.rect_to_widget(image_rect).toAlignedRect()
        pointer = self._canvas.mapFromGlobal(QCursor.pos())
        kept_free = [_around(pointer), *self._clicks()]
        size = self.size()
        left = mask.center().x() - size.width() // 2
        spots = [
            QPoint(left, mask.bottom() + _GAP),
            QPoint(left, mask.top() - _GAP - size.height()),
            QPoint(left, area.bottom() - size.height()),
            QPoint(left, area.top()),
            area.topLeft(),
            QPoint(area.right() - size.width(), area.top()),
            QPoint(area.left(), area.bottom() - size.height()),
            QPoint(area.right() - size.width(), area.bottom() - size.height()),
        ]
        for spot in spots:
            rect = QRect(spot, size)
            rect.moveLeft(max(area.left(), min(rect.left(), area.right() - size.width())))
            if area.contains(rect) and not any(map(rect.intersects, kept_free)):
                break
        self.move(rect.topLeft())
        self.raise_()

    def _clicks(self) -> list[QRect]:
        """Where the clicks are drawn, in the canvas's pixels."""
        to_widget = self._canvas.viewport.to_widget
        return [_around(to_widget(point).toPoint()) for point in self._session.step.points]

    def _mask_rect(self) -> QRectF | None:
        """Where the mask that is decided on lies, in image pixels."""
        waiting, shown = self._editor.masks.waiting, self._session.shown
        if waiting is not None:
            return QRectF(*waiting.bbox)
        if shown is None:
            refined = self._session.refined
            return None if refined is None else QRectF(*refined.mask.bbox)
        return shown.shape.rect if shown.shape is not None else QRectF(self._canvas.viewport.visible())


def _around(point: QPoint) -> QRect:
    return QRect(point - QPoint(_GAP, _GAP), point + QPoint(_GAP, _GAP))
