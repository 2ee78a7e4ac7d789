"""What the tests of the journal share: a dataset that is open with its journal."""

from __future__ import annotations

from pathlib import Path

from annotator.core import coco
from annotator.core.atomic import replace_file
from annotator.core.document import Document
from annotator.core.edits import Edit
from annotator.core.journal import open_journal
from annotator.core.journal_file import SavedState
from tests.core.journal_work import Work, opened


class Session:
    """A dataset that is open with its journal."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        dataset = opened(folder)
        self.document, self.coco_path = dataset.document, dataset.coco_path
        self.committed: list[int] = []
        self.failures: list[str] = []
        self.journal, self.recovery = open_journal(
            folder / "state",
            self.document,
            self.coco_path,
            on_committed=self.committed.append,
            on_failed=self.failures.append,
        )
        self.work = Work(self.document, seed)
        self.steps: list[tuple[bool, Edit]] = []  # what was done

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.journal.close()

    def do(self, steps: int) -> None:
        for _ in range(steps):
            edit, applied = self.work.step()
            self.journal.record(edit, applied=applied)
            self.steps.append((applied, edit))

    def bytes(self, document: Document | None = None) -> bytes:
        return coco.to_bytes(document or self.document, self.coco_path)

    def state(self) -> SavedState:
        return SavedState.of(self.document, self.bytes(), sequence=self.journal.sequence)

    def save(self) -> None:
        state = self.state()
        self.journal.save_begins(state)
        replace_file(self.coco_path, self.bytes())
        self.journal.save_ended(state)
