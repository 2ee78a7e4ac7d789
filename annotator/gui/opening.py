"""Reading a dataset in a worker thread, and giving up what is open for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.core.dataset import Dataset, open_dataset
from annotator.core.document import Document
from annotator.core.file_version import FileVersion
from annotator.core.lock import DatasetLock
from annotator.gui import garbage
from annotator.gui.background import BackgroundJob
from annotator.gui.keeping import Keeping

_MOST_COLLECTED = 5_000  # records; to look for garbage among more takes too long


@dataclass(frozen=True)
class Source:
    """What was opened: the chosen paths, where the images were said to lie, and the COCO file that came of it."""

    chosen: tuple[Path, ...]
    image_root: Path | None
    coco_path: Path


def read(job: BackgroundJob, chosen: Sequence[Path], image_root: Path | None) -> Dataset:
    """Open a dataset, for a worker thread."""
    with garbage.pause():
        dataset = open_dataset(chosen, image_root=image_root, on_progress=job.report_progress, cancel=job.cancel)
        document = dataset.document
        if len(document.images) + len(document.instances) + len(document.proposals) > _MOST_COLLECTED:
            garbage.exempt_all()
    return dataset


@dataclass(frozen=True, eq=False)
class Exchange:
    """Of what is open for a dataset that has been read, for a worker thread.

    before: the keeping of what is open, None when nothing is; discard: whether its work that is in no file is given up.
    """

    dataset: Dataset
    source: Source
    before: Keeping | None
    discard: bool

    def run(self, job: BackgroundJob) -> tuple[Dataset, Keeping]:
        """The dataset as it is on the disk now, with its keeping.

        Only when both are there is what was open given up: when this raises, that is as it was, with lock and journal.
        """
        before = self.before
        if before is not None and before.is_writer_of(self.dataset.coco_path):
            newest = self._newest(job)  # nobody else may write it
            return newest, before.succeeded_by(newest, discard=self.discard)
        lock = DatasetLock(self.dataset.coco_path)
        try:
            newest = self._newest(job)
            keeping = Keeping(newest.document, newest.coco_path, lock)
        except BaseException:
            lock.release()
            raise
        if before is not None:
            before.close(discard=self.discard, drops_unfinished=True)
        return newest, keeping

    def _newest(self, job: BackgroundJob) -> Dataset:
        if FileVersion.of(self.dataset.coco_path) == self.dataset.coco_version:
            return self.dataset
        # It was saved after it was read, by this window or another. Nobody else saves it from now on.
        return read(job, self.source.chosen, self.source.image_root)


def free(documents: list[Document]) -> None:
    """Forget a document that nobody else may know any more, record by record, in a worker thread: all at once takes
    long, too long for the window, which has to wait for Python's lock."""
    document = documents.pop()
    records = [*document.annotations(), *document.images.values()]
    del document
    while records:
        records.pop()
