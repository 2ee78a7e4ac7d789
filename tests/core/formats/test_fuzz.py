"""Damaged files: whatever is in them, reading ends soon, in a document or a sentence, and changes nothing that is open.

A failing case names its number: with the seed and the case it makes the very same file again.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from annotator.core import coco
from annotator.core.check import check_file
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.edit_codec import decode, encode
from annotator.core.formats import coco_loose, labelme, masks, voc, yolo
from annotator.core.formats.exchange import read_foreign
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.merge import NewImages, plan_merge
from annotator.core.formats.progress import Progress
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError
from tests.core.formats.damage import HEIGHT, WHOLE, WIDTH, mutated, write_whole

FEW, MANY = 60, 2000
SECONDS = 10  # for one file of a few hundred bytes


def read_coco(folder: Path) -> None:
    path = folder / "x.json"
    has_problems = bool(check_file(path, image_root=folder / "images"))
    try:
        coco.read(path)
    except DatasetError:
        assert has_problems
        raise


def index(folder: Path) -> ImageIndex:
    return ImageIndex.of_folder(folder / "images")


READERS: dict[str, Callable[[Path], object]] = {
    "coco": read_coco,
    "coco import": lambda f: coco_loose.read(f / "x.json", f / "images", None),
    "coco results": lambda f: coco_loose.read(f / "x.json", None, open_document(f)),
    "coco panoptic": lambda f: coco_loose.read(f / "x.json", f / "images", None),
    "labelme": lambda f: labelme.read(f, index(f), Progress()),
    "yolo": lambda f: yolo.read(f, index(f), Progress()),
    "yolo names": lambda f: yolo.read(f, index(f), Progress()),
    "masks": lambda f: masks.read(f, index(f), Progress()),
    "voc": lambda f: voc.read(f, index(f), Progress()),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Everything whole: each case damages its one file."""
    write_whole(tmp_path)
    return tmp_path


def open_document(folder: Path) -> Document:
    """What is open while the damaged file is imported: its two images, one of them annotated."""
    document = Document(folder / "images")
    document.put(Category(1, "cat"))
    for number in (1, 2):
        document.put(ImageRecord(number, f"{number}.png", HEIGHT, WIDTH))
    document.put(Instance(1, 1, 1, RunLengths.from_mask(np.eye(HEIGHT, WIDTH, dtype=bool))))
    return document


@contextmanager
def soon(what: str) -> Iterator[None]:
    """Interrupt what hangs; where there is no alarm, the whole suite would hang."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def on_alarm(*_: object) -> None:
        raise TimeoutError(f"{what} takes longer than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def import_into(document: Document, source: Path, format_name: str) -> None:
    """As the window does: plan on a copy, then apply, and undo."""
    before = coco.to_bytes(document, source)
    copy = document.snapshot()
    try:
        imported = read_foreign(source, format_name, images=ImageIndex.of_document(copy), known=copy)
        edit = plan_merge(copy, imported.document, new_images=NewImages.NONE).edit()
    finally:
        assert coco.to_bytes(document, source) == before
    assert decode(encode(edit)) == edit
    edit.apply(document)
    coco.to_bytes(document, source)  # what came in can be saved
    edit.revert(document)
    assert records(coco.to_bytes(document, source)) == records(before)


def records(data: bytes) -> bytes:
    """Without our last line: ids that were given stay given."""
    return data.rsplit(b"\n", 3)[0]


def fuzz(folder: Path, case: str, times: int, seed: int) -> None:
    (name, whole), read = WHOLE[case], READERS[case]
    path = folder / name
    path.write_bytes(whole)
    read(folder)  # sound to begin with
    rng = random.Random(f"{case} {seed}")
    document = open_document(folder)
    format_name = case.split()[0]
    refused: list[str] = []
    for number in range(times):
        path.write_bytes(mutated(whole, rng))
        try:
            with soon(f"{case}, seed {seed}, file {number}"):
                read(folder)
                import_into(document, path if format_name == "coco" else folder, format_name)
        except DatasetError as error:
            refused.append(str(error))
        except Exception as error:
            raise AssertionError(f"{case}, seed {seed}, file {number}: {path.read_bytes()!r}") from error
    for message in refused:
        assert str(folder) in message
    # The damage must be such that it shows, or this tests nothing.
    assert len(refused) > times / 20


@pytest.mark.parametrize("case", READERS)
def test_damaged_files_are_read_or_refused(folder, case):
    fuzz(folder, case, FEW, seed=0)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1, 2))
@pytest.mark.parametrize("case", READERS)
def test_12000_damaged_files_are_read_or_refused(folder, case, seed):
    fuzz(folder, case, MANY, seed)
