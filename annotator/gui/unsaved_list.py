"""On the first page: the datasets with work that was not saved when the program ended too early."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from annotator import paths
from annotator.core.unsaved import UnsavedWork, unsaved_work
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.path_button import PathButton
from annotator.gui.short_path import short_path

_SHOWN = 5


class UnsavedList(QWidget):
    """Hidden while there is none; looked for in a worker thread, whenever the page is shown."""

    chosen = Signal(object)  # UnsavedWork

    def __init__(self, jobs: BackgroundJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._buttons: list[_Button] = []
        self.title = QLabel(self.tr("Recovered work that is not saved yet"), self)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.title)
        self._column.addSpacing(4)
        self.hide()

    @property
    def buttons(self) -> tuple[_Button, ...]:
        """One for each dataset on show, the newest work first."""
        return tuple(self._buttons)

    def refresh(self) -> None:
        """Look again."""
        job = self._jobs.new(_find)
        job.succeeded.connect(self._show)
        job.start()

    def _show(self, works: list[UnsavedWork]) -> None:
        while self._buttons:
            self._buttons.pop().deleteLater()
        for work in works[:_SHOWN]:
            button = _Button(work, self._text(work), self)
            button.setToolTip(self._tip(work))
            button.chosen.connect(self.chosen)
            self._buttons.append(button)
            self._column.addWidget(button)
        self.setVisible(bool(works))

    def _tip(self, work: UnsavedWork) -> str:
        if work.is_aside:
            text = self.tr("Save this work on %1 in a COCO file of its own")
        else:
            text = self.tr("Open %1 with this work")
        return text.replace("%1", str(work.coco_path))

    def _text(self, work: UnsavedWork) -> str:
        made_at = QDateTime.fromSecsSinceEpoch(int(work.newest_at.timestamp()))
        if work.is_aside:
            text = self.tr("%1: %n change(s) that did not all fit any more, the last on %2", "", work.edits)
        elif work.edits:
            text = self.tr("%1: %n change(s), the last on %2", "", work.edits)
        else:
            text = self.tr("%1: what you had begun to draw on %n image(s)", "", work.begun_on)
        when = QLocale().toString(made_at, QLocale.FormatType.ShortFormat)
        return text.replace("%1", short_path(work.to_open)).replace("%2", when)


class _Button(PathButton):
    chosen = Signal(object)

    def __init__(self, work: UnsavedWork, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._work = work
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        self.chosen.emit(self._work)


def _find(_: BackgroundJob) -> list[UnsavedWork]:
    return unsaved_work(paths.state_dir() / "journals")
