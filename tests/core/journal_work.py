"""Random work that anyone can repeat, and a process that does it with a journal until it is killed.

python -m tests.core.journal_work FOLDER SEED     # opens FOLDER/images, journals in FOLDER/state
"""

from __future__ import annotations

import random
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np

from annotator.core import coco
from annotator.core.atomic import replace_file
from annotator.core.backups import keep_backup
from annotator.core.dataset import Dataset, open_dataset
from annotator.core.document import Category, Document, Instance
from annotator.core.edits import AddCategory, AddInstance, ChangeInstance, Edit, RemoveInstances
from annotator.core.geometry import RunLengths
from annotator.core.journal import open_journal
from annotator.core.journal_file import SavedState


class Work:
    """One random step after the other on a document."""

    def __init__(self, document: Document, seed: int) -> None:
        self.document = document
        self._random = random.Random(seed)
        self._done: list[Edit] = []

    def step(self) -> tuple[Edit, bool]:
        """Do something; returns the edit, and whether it was applied (else reverted)."""
        if self._done and self._random.random() < 0.2:
            edit = self._done.pop()
            edit.revert(self.document)
            return edit, False
        edit = self._edit()
        edit.apply(self.document)
        self._done.append(edit)
        return edit, True

    def _edit(self) -> Edit:
        document, choose = self.document, self._random
        instances = list(document.instances.values())
        kind = choose.choice(["add", "add", "add", "mask", "category", "remove", "new category"])
        if not document.categories or kind == "new category":
            return AddCategory(Category(document.take_id(Category), f"category {choose.randrange(10**6)}"))
        category_id = choose.choice(list(document.categories))
        if kind == "add" or not instances:
            image = choose.choice(list(document.images.values()))
            mask = self._mask(image.height, image.width)
            return AddInstance(Instance(document.take_id(Instance), image.id, category_id, mask))
        instance = choose.choice(instances)
        if kind == "remove":
            return RemoveInstances((instance,))
        if kind == "mask":
            return ChangeInstance(instance, instance.with_mask(self._mask(instance.mask.height, instance.mask.width)))
        return ChangeInstance(instance, replace(instance, category_id=category_id))

    def _mask(self, height: int, width: int) -> RunLengths:
        bits = np.frombuffer(self._random.randbytes(height * width), np.uint8)
        return RunLengths.from_mask((bits > 200).reshape(height, width))


def opened(folder: Path) -> Dataset:
    return open_dataset([folder / "images"])


def main(folder: Path, seed: int) -> None:
    """Work for ever; every line printed is the number of steps that are certain to be kept."""
    dataset = opened(folder)
    journal, _ = open_journal(
        folder / "state",
        dataset.document,
        dataset.coco_path,
        on_committed=lambda sequence: print(sequence, flush=True),
        on_failed=lambda message: sys.exit(message),
    )
    work = Work(dataset.document, seed)
    saving: threading.Thread | None = None

    def save(document: Document, sequence: int) -> None:
        data = coco.to_bytes(document, dataset.coco_path)
        state = SavedState.of(document, data, sequence=sequence)
        journal.save_begins(state)
        keep_backup(dataset.coco_path)
        replace_file(dataset.coco_path, data)
        journal.save_ended(state)

    while True:
        for _ in range(random.randrange(1, 30)):
            edit, applied = work.step()
            journal.record(edit, applied=applied)
        if saving is None or not saving.is_alive():
            saving = threading.Thread(target=save, args=(dataset.document.snapshot(), journal.sequence))
            saving.start()
        # What is made must not run away from what is written.
        journal.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
