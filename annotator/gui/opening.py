"""Reading a dataset in a worker thread, and giving up what is open for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from annotator.core.dataset import Dataset, open_dataset
from annotator.core.document import Document, Record
from annotator.core.file_version import FileVersion
from annotator.core.lock import DatasetLock
from annotator.gui import garbage
from annotator.gui.background import BackgroundJob
from annotator.gui.keeping import Keeping

_FREED_TOGETHER = 100  # records, some half a millisecond
_BEFORE_SECONDS = 1.0  # until the dataset that comes is painted, with its thumbnails
_PAUSE_SECONDS = 0.001
_POLL_SECONDS = 0.05
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


def free(job: BackgroundJob, documents: list[Document]) -> None:
    """Forget a document that nobody else may know any more, in a worker thread: all at once takes long, too long for
    the window, which has to wait for Python's lock. It has more to do then than to share that lock with somebody who
    never lets go of it, so there are pauses."""
    _pause(job, _BEFORE_SECONDS)
    document = documents.pop()
    records: list[Record] = []
    tables: tuple[dict[int, Any], ...] = (document.instances, document.proposals, document.images)
    for table in tables:
        coming = iter(list(table))
        while some := list(islice(coming, _FREED_TOGETHER)):
            records += [table[record_id] for record_id in some]
            _pause(job, 0)
    del document, tables, table
    while records:
        del records[-_FREED_TOGETHER:]
        _pause(job, _PAUSE_SECONDS)


def _pause(job: BackgroundJob, seconds: float) -> None:
    """Sleep, unless the window closes."""
    until = time.monotonic() + seconds
    while not job.cancel.is_cancelled and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _POLL_SECONDS))
