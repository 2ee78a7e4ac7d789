"""Damaged files: whatever is in them, reading ends soon, in a document or a sentence, and changes nothing that is open.

A failing case names its number: with the seed and the case it makes the very same file again.
"""

from __future__ import annotations

import base64
import copy
import io
import json
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.core import coco
from annotator.core.check import check_file
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.formats import labelme, masks, voc, yolo
from annotator.core.formats.exchange import read_foreign
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.merge import NewImages, plan_merge
from annotator.core.formats.progress import Progress
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError

HEIGHT, WIDTH = 12, 16
FEW, MANY = 60, 2000
SECONDS = 10  # for one file of a few hundred bytes
ODD_VALUES = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    10**400,
    1.5,
    -0.0,
    1e308,
    "",
    "x",
    "\ud800",
    "\0",
    [],
    {},
    [[]],
]
ODD_TEXTS = [
    "NaN",
    "Infinity",
    "-",
    "1e999",
    "[" * 2000,
    "{",
    '"',
    "\\u0000",
    "\n",
    ":",
    ",",
    "&a *a",
    "!!python/name:os",
    "0",
]


PROPOSED = RunLengths.from_coco([[1, 1, 2, 1, 2, 4, 1, 4]], HEIGHT, WIDTH).counts.decode()


def mutated(text: bytes, rng: random.Random) -> bytes:
    """A file that someone or something has been at: values exchanged, bytes lost, flipped or doubled."""
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if content is not None and rng.random() < 0.6:
        for _ in range(rng.randint(1, 3)):
            content = with_odd_value(content, rng)
        return json.dumps(content).encode()
    data = bytearray(text)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            data[at : at + rng.randint(1, 20)] = b""
        elif kind == 1:
            data[at:at] = rng.choice(ODD_TEXTS).encode()
        elif kind == 2:
            data[at : at + 1] = bytes([rng.randrange(256)])
        else:
            data[at:at] = data[at : at + rng.randint(1, 50)]
    return bytes(data)


def with_odd_value(content: object, rng: random.Random) -> object:
    """Replace a random value at a random depth, or give it another key."""
    if isinstance(content, dict | list) and content and rng.random() < 0.85:
        key = rng.choice(list(content) if isinstance(content, dict) else range(len(content)))
        if rng.random() < 0.05:
            del content[key]
        else:
            content[key] = with_odd_value(content[key], rng)
        return content
    return copy.deepcopy(rng.choice(ODD_VALUES))


def coco_file() -> dict:
    return {
        "images": [{"id": n, "file_name": f"{n}.png", "height": HEIGHT, "width": WIDTH} for n in (1, 2)],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "segmentation": [[1, 1, 9, 1, 9, 7]],
                "area": 24,
                "bbox": [1, 1, 8, 6],
                "iscrowd": 0,
                "annotator": {"source": "tinysam", "predicted_iou": 0.5},
            },
            {
                "id": 2,
                "image_id": 2,
                "category_id": 1,
                "segmentation": {"size": [HEIGHT, WIDTH], "counts": [12, 3, 177]},
                "area": 3,
                "bbox": [1, 0, 1, 3],
                "iscrowd": 1,
            },
            {
                "id": 3,
                "image_id": 2,
                "category_id": 1,
                "segmentation": {"size": [HEIGHT, WIDTH], "counts": PROPOSED},
                "score": 0.5,
                "area": 3,
                "bbox": [1, 1, 1, 3],
                "annotator": {"state": "proposal", "point": [1, 2], "parent": 1},
            },
        ],
        "categories": [{"id": 1, "name": "cat", "annotator": {"color": "#00ff00"}}],
        "annotator": {"next_ids": {"image": 5}, "image_root": "."},
    }


def labelme_file() -> dict:
    png = io.BytesIO()
    Image.fromarray(np.ones((2, 3), bool)).save(png, "PNG")
    mask = base64.b64encode(png.getvalue()).decode()
    return {
        "shapes": [
            {"label": "cat", "points": [[1, 1], [9, 1], [9, 7]], "group_id": 1, "shape_type": "polygon"},
            {"label": "cat", "points": [[1, 1], [9, 2]], "group_id": None, "shape_type": "rectangle"},
            {"label": "dog", "points": [[6, 6], [6, 9]], "shape_type": "circle"},
            {"label": "dog", "points": [[2, 2], [4, 3]], "shape_type": "mask", "mask": mask},
        ],
        "imagePath": "1.png",
        "imageHeight": HEIGHT,
        "imageWidth": WIDTH,
    }


def masks_index() -> dict:
    instances = [{"layer": 0, "value": 3, "category": 0, "iscrowd": 0}]
    image = {"file_name": "1.png", "height": HEIGHT, "width": WIDTH, "layers": ["mask.png"], "instances": instances}
    return {"categories": ["cat"], "images": [image]}


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


YOLO_LABELS = b"0 0.1 0.1 0.5 0.1 0.5 0.5\n1 0.5 0.5 0.2 0.2\n"
YOLO_DATA = b"path: .\ntrain: images\nnames:\n  0: cat\n  1: 'big dog'\n"
LABELMAP = b"# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:128,0,0::\n"
CASES: dict[str, tuple[str, bytes, Callable[[Path], object]]] = {
    "coco": ("x.json", json.dumps(coco_file()).encode(), read_coco),
    "labelme": ("1.json", json.dumps(labelme_file()).encode(), lambda f: labelme.read(f, index(f), Progress())),
    "yolo": ("labels/1.txt", YOLO_LABELS, lambda f: yolo.read(f, index(f), Progress())),
    "yolo names": ("data.yaml", YOLO_DATA, lambda f: yolo.read(f, index(f), Progress())),
    "masks": ("masks.json", json.dumps(masks_index()).encode(), lambda f: masks.read(f, index(f), Progress())),
    "voc": ("labelmap.txt", LABELMAP, lambda f: voc.read(f, index(f), Progress())),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Everything whole: each case damages its one file."""
    for name in ("images", "labels", "SegmentationClass"):
        (tmp_path / name).mkdir()
    pixels = np.zeros((HEIGHT, WIDTH), np.uint8)
    pixels[2:5, 3:9] = 1
    for name in ("1", "2"):
        Image.fromarray(pixels).save(tmp_path / "images" / f"{name}.png")
    Image.fromarray(pixels).save(tmp_path / "SegmentationClass" / "1.png")
    Image.fromarray(pixels * 3).save(tmp_path / "mask.png")
    (tmp_path / "labels" / "1.txt").write_bytes(YOLO_LABELS)
    (tmp_path / "data.yaml").write_bytes(YOLO_DATA)
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
        imported = read_foreign(source, format_name, images=ImageIndex.of_document(copy))
        edit = plan_merge(copy, imported.document, new_images=NewImages.NONE).edit()
    finally:
        assert coco.to_bytes(document, source) == before
    edit.apply(document)
    edit.revert(document)
    assert records(coco.to_bytes(document, source)) == records(before)


def records(data: bytes) -> bytes:
    """Without our last line: ids that were given stay given."""
    return data.rsplit(b"\n", 3)[0]


def fuzz(folder: Path, case: str, times: int, seed: int) -> None:
    name, whole, read = CASES[case]
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
                import_into(document, path if case == "coco" else folder, format_name)
        except DatasetError as error:
            refused.append(str(error))
        except Exception as error:
            raise AssertionError(f"{case}, seed {seed}, file {number}: {path.read_bytes()!r}") from error
    for message in refused:
        assert str(folder) in message
    # The damage must be such that it shows, or this tests nothing.
    assert len(refused) > times / 20


@pytest.mark.parametrize("case", CASES)
def test_damaged_files_are_read_or_refused(folder, case):
    fuzz(folder, case, FEW, seed=0)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1, 2))
@pytest.mark.parametrize("case", CASES)
def test_12000_damaged_files_are_read_or_refused(folder, case, seed):
    fuzz(folder, case, MANY, seed)
