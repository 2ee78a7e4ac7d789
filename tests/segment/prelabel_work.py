"""What the tests of pre-labelling and the processes they start share: a folder, a request, a fake segmenter."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from annotator.errors import WeightsError
from annotator.segment import CancellationToken, Cancelled, Embedding
from annotator.segment.everything import EverythingConfig
from annotator.segment.prelabel import PrelabelProgress, PrelabelRequest, prelabel
from annotator.segment.prelabel_engines import Engine, HereEngine, ProcessesEngine
from tests.fakes import FakeSegmenter

NAMES = ["10.png", "2.png", "猫 é.png", "sub/2.png"]
IN_ORDER = ["2.png", "10.png", "猫 é.png"]
"""Those of NAMES that are in the folder itself, as a run takes them."""

CONFIG = EverythingConfig(points_per_side=8, predicted_iou=0.85, stability=0.3, confident_logit=4.0)
DEADLY = (1, 2, 3)
"""A colour of the first pixel that ends the process that looks at it."""


HUNGRY = (1, 2, 4)
"""A colour of the first pixel for which the memory does not suffice."""
ODD = (1, 2, 5)
"""A colour of the first pixel that nobody thought of."""


class FaultySegmenter(FakeSegmenter):
    """Raises what no segmenter is expected to raise."""

    def encode(self, rgb: npt.NDArray[np.uint8], *, cancel: CancellationToken | None = None) -> Embedding:
        first = tuple(rgb[0, 0].tolist())
        if first == HUNGRY:
            raise MemoryError("Resize ran out of memory")
        if first == ODD:
            cv2.resize(rgb, (0, 0))  # raises cv2.error
        return super().encode(rgb, cancel=cancel)


class DeadlySegmenter(FakeSegmenter):
    """Dies of some images, as a process does that the system takes for too large."""

    def encode(self, rgb: npt.NDArray[np.uint8], *, cancel: CancellationToken | None = None) -> Embedding:
        if tuple(rgb[0, 0].tolist()) == DEADLY:
            os._exit(9)
        return super().encode(rgb, cancel=cancel)


def refuse_to_load(weights: object = None) -> FakeSegmenter:
    """A checkpoint that cannot be used."""
    raise WeightsError("The weights {path} are damaged: get them again.", path="fake")


def load_wrongly() -> FakeSegmenter:
    """A fault of the program, in an exception that cannot be pickled."""
    raise UnicodeError(lambda: "no such operator")


def load_without_memory() -> FakeSegmenter:
    """A network that is too large."""
    raise MemoryError


def die_loading() -> FakeSegmenter:
    """What the system does to a process that wants too much."""
    os._exit(9)


def load_and_tell(folder: Path, encode_seconds: float) -> FakeSegmenter:
    """Leave a file in the folder that is named after the process."""
    (folder / str(os.getpid())).touch()
    return FakeSegmenter(encode_seconds=encode_seconds)


def make_photos(folder: Path, names: list[str]) -> None:
    """A picture for each name, with rectangles at places that depend on the name's position."""
    for number, name in enumerate(names):
        rgb = np.full((60 + number, 90, 3), 10 + number, np.uint8)
        rgb[10:30, 10 + number : 40] = (200, 50, 50)
        rgb[35:55, 45:85] = (40, 180, 220)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rgb).save(path)


def make_plain(path: Path, colour: tuple[int, int, int]) -> None:
    """A picture of that colour."""
    Image.fromarray(np.full((20, 20, 3), colour, np.uint8)).save(path)


def request_for(folder: Path, coco_path: Path, **options) -> PrelabelRequest:
    fake = FakeSegmenter()
    return PrelabelRequest(
        folder=folder,
        coco_path=coco_path,
        config=options.pop("config", CONFIG),
        weights=fake.name,
        weights_digest=fake.identity.digest,
        image_size=fake.identity.image_size,
        **options,
    )


def here() -> HereEngine:
    """An engine in this process, with a fake segmenter."""
    return HereEngine(FakeSegmenter)


def interrupt(folder: Path, coco_path: Path, after: int, **options) -> None:
    """A run that is cancelled when that many images are done."""
    token = CancellationToken()

    def on_progress(progress: PrelabelProgress) -> None:
        if progress.done == after:
            token.cancel()

    with pytest.raises(Cancelled):
        prelabel(request_for(folder, coco_path, **options), here(), on_progress=on_progress, cancel=token)


def main(folder: str, coco_path: str, encode_seconds: str, pids: str = "") -> None:
    """A run that a test kills; with two processes that tell their numbers in the folder `pids`, if there is one."""
    seconds = float(encode_seconds)
    engine: Engine = HereEngine(partial(FakeSegmenter, encode_seconds=seconds))
    if pids:
        engine = ProcessesEngine(partial(load_and_tell, Path(pids), seconds), 2)
    prelabel(request_for(Path(folder), Path(coco_path)), engine, resume=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
