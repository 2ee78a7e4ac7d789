"""What is said of the image on screen: its review, and a note."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from annotator.core.document import Change, ImageRecord, ReviewState
from annotator.gui.document_model import DocumentModel
from annotator.gui.image_changes import ImageChanges
from annotator.gui.panels.review_field import ReviewField
from annotator.gui.panels.row_view import title_label

_NOTE_LINES = 3


class ImageDetails(QWidget):
    """Every key goes into the document at once; what is typed in one go is undone as one."""

    left = Signal()  # the user is done with a field

    def __init__(self, model: DocumentModel, changes: ImageChanges, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._changes = changes
        self._image_id: int | None = None
        self.review = ReviewField(self.tr("Review of the image"), self)
        self.review.state_edited.connect(self._on_state_edited)
        self.review.comment_edited.connect(self._on_comment_edited)
        self.review.left.connect(self.left)
        self.note = _NoteField(self)
        self.note.setAccessibleName(self.tr("Note on the image"))
        self.note.setPlaceholderText(self.tr("Note on the image"))
        self.note.textChanged.connect(self._on_note_changed)
        self.note.left.connect(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(title_label(self.tr("This image"), self.review.state, self))
        column.addWidget(self.review)
        column.addWidget(self.note)
        model.image_changed.connect(self._on_image_changed)
        model.document_replaced.connect(self._on_document_replaced)
        self._show()

    def set_image(self, image_id: int) -> None:
        """Show another image's."""
        self._image_id = image_id
        self._show()

    def accept(self) -> None:
        """The image is right."""
        self._on_state_edited(ReviewState.ACCEPTED)

    def ask_for_review(self) -> None:
        """The image is to be looked at by somebody else."""
        self._on_state_edited(ReviewState.TO_REVIEW)

    def reject(self) -> None:
        """Reject the image, and let the user say why."""
        self._on_state_edited(ReviewState.REJECTED)
        if self.review.comment.isVisible():
            self.review.comment.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_state_edited(self, state: ReviewState | None) -> None:
        if self._image_id is not None:
            self._changes.set_review_state([self._image_id], state)
            self._show()  # if it was refused, the field is to say what is true

    def _on_comment_edited(self, comment: str) -> None:
        if self._image_id is not None:
            self._changes.set_review_comment([self._image_id], comment, typing=self.review.comment.typing)
            self._show()

    def _on_note_changed(self) -> None:
        if self._image_id is not None:
            self._changes.set_note(self._image_id, self.note.toPlainText(), typing=self.note.typing)
            self._show()

    def _on_image_changed(self, change: Change) -> None:
        if isinstance(change.after, ImageRecord) and change.after.id == self._image_id:
            self._show()

    def _on_document_replaced(self) -> None:
        self._image_id = None
        self._show()

    def _show(self) -> None:
        record = None if self._image_id is None else self._model.document.images.get(self._image_id)
        self.setEnabled(record is not None and record.has_size)
        self.review.show_values([None if record is None else record.review])
        self.note.show_text("" if record is None else record.note)


class _NoteField(QPlainTextEdit):
    """A few lines; Tab goes on to the next field, and Escape back to the canvas."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._visit = 0
        self.setTabChangesFocus(True)
        margins = 2 * (self.frameWidth() + int(self.document().documentMargin()))
        self.setFixedHeight(_NOTE_LINES * self.fontMetrics().lineSpacing() + margins)

    @property
    def typing(self) -> str:
        """Names what is typed while the keyboard is here, for DocumentModel.push."""
        return f"{id(self)}/{self._visit}"

    def show_text(self, text: str) -> None:
        """Show a note; what is being typed stays as it is when it is the same."""
        if text != self.toPlainText():
            with QSignalBlocker(self):
                self.setPlainText(text)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._visit += 1
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
