"""Opening a dataset for the work on it that was not saved."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from annotator.core import coco
from annotator.core.aside import as_document
from annotator.core.backups import keep_backup
from annotator.core.lock import WINDOW, DatasetLock
from annotator.core.unsaved import UnsavedWork
from annotator.errors import Sentence, reason_of
from annotator.gui.background import BackgroundJobs
from annotator.gui.document_flow import DocumentFlow
from annotator.gui.message_bar import MessageBar
from annotator.gui.settings import Settings
from annotator.gui.unsaved_list import UnsavedList


class UnsavedOpening(QObject):
    """Does what is chosen in the list of such datasets; of one that is gone, says so and offers to list it no more.

    Work that was set aside is saved as a COCO file of its own, which can be imported where it belongs.
    """

    def __init__(
        self, works: UnsavedList, flow: DocumentFlow, jobs: BackgroundJobs, messages: MessageBar, settings: Settings
    ) -> None:
        super().__init__(flow)
        self._works = works
        self._flow = flow
        self._jobs = jobs
        self._messages = messages
        self._settings = settings
        works.chosen.connect(self.open)

    def open(self, work: UnsavedWork) -> None:
        """Open the dataset, whose work comes back with it; of work that was set aside, say what can be done."""
        if work.is_aside:
            self._tell_aside(work)
            return
        # Its disk may be slow, or not there any more.
        job = self._jobs.new(lambda _: (work, work.problem()))
        job.succeeded.connect(self._on_checked)
        job.start()

    def _on_checked(self, found: tuple[UnsavedWork, str]) -> None:
        work, problem = found
        if problem:
            self._messages.tell(problem, self.tr("Remove it from the list"), partial(self._dismiss, work))
            return
        # With its images where they were said to lie, which is remembered for the file.
        has_images_elsewhere = self._settings.recent_image_root(work.coco_path) is not None
        self._flow.open_one(work.coco_path if has_images_elsewhere else work.to_open)

    def _tell_aside(self, work: UnsavedWork) -> None:
        text = self.tr(
            "Of %n change(s) to %1 not all fitted the file any more when it was opened. The masks they made can be "
            "saved in a COCO file of their own, from which you can import what you miss.",
            "",
            work.edits,
        )
        self._messages.tell(
            text.replace("%1", str(work.coco_path)),
            self.tr("Save as a COCO file..."),
            partial(self._save, work),
            other=self.tr("Remove it from the list"),
            other_callback=partial(self._dismiss, work),
        )

    def _save(self, work: UnsavedWork) -> None:
        proposed = work.coco_path.with_name(f"{work.coco_path.stem}-recovered.json")
        path = self._flow.ask_for_path(proposed)
        if path is None:
            self._tell_aside(work)
            return
        job = self._jobs.new(lambda _: _save(work, path))
        job.succeeded.connect(partial(self._on_saved, path))
        job.failed.connect(self._messages.tell)
        job.start()

    def _on_saved(self, path: Path, count: int) -> None:
        text = self.tr("%n mask(s) are in %1 now: open their dataset and choose File > Import.", "", count)
        self._messages.tell(text.replace("%1", str(path)))

    def _dismiss(self, work: UnsavedWork) -> None:
        job = self._jobs.new(lambda _: _dismiss(work))
        job.succeeded.connect(self._on_dismissed)
        job.start()

    def _on_dismissed(self, problem: str) -> None:
        if problem:
            self._messages.tell(problem)
        self._works.refresh()


def _save(work: UnsavedWork, path: Path) -> int:
    """How many masks are in the file."""
    document = as_document(work.journal, work.coco_path)
    with DatasetLock.for_writing(path, program=WINDOW):
        keep_backup(path)
        coco.write(document, path)
    return len(document.annotations())


def _dismiss(work: UnsavedWork) -> str:
    try:
        work.dismiss()
    except OSError as error:
        return Sentence(
            "{journal} could not be renamed ({reason}): check the permissions of its folder.",
            journal=work.journal,
            reason=reason_of(error),
        )
    return ""
