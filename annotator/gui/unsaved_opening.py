"""Opening a dataset for the work on it that was not saved."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from annotator.core.unsaved import UnsavedWork
from annotator.errors import Sentence, reason_of
from annotator.gui.background import BackgroundJobs
from annotator.gui.document_flow import DocumentFlow
from annotator.gui.message_bar import MessageBar
from annotator.gui.settings import Settings
from annotator.gui.unsaved_list import UnsavedList


class UnsavedOpening(QObject):
    """Does what is chosen in the list of such datasets; of one that is gone, says so and offers to list it no more."""

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
        """Open the dataset, whose work comes back with it."""
        # Its disk may be slow, or not there any more.
        job = self._jobs.new(lambda _: (work, work.problem()))
        job.succeeded.connect(self._on_checked)
        job.start()

    def _on_checked(self, found: tuple[UnsavedWork, str]) -> None:
        work, problem = found
        if problem:
            self._messages.tell(problem, self.tr("Remove it from the list"), partial(self._set_aside, work))
            return
        # With its images where they were said to lie, which is remembered for the file.
        has_images_elsewhere = self._settings.recent_image_root(work.coco_path) is not None
        self._flow.open_one(work.coco_path if has_images_elsewhere else work.to_open)

    def _set_aside(self, work: UnsavedWork) -> None:
        job = self._jobs.new(lambda _: _set_aside(work))
        job.succeeded.connect(self._on_set_aside)
        job.start()

    def _on_set_aside(self, problem: str) -> None:
        if problem:
            self._messages.tell(problem)
        self._works.refresh()


def _set_aside(work: UnsavedWork) -> str:
    try:
        work.set_aside()
    except OSError as error:
        return Sentence(
            "{journal} could not be renamed ({reason}): check the permissions of its folder.",
            journal=work.journal,
            reason=reason_of(error),
        )
    return ""
