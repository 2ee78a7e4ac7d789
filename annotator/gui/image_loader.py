"""Reads images in a thread of its own and keeps the recent ones."""

from __future__ import annotations

import threading
import traceback
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal
from PySide6.QtGui import QImage

from annotator.core.images import read_image
from annotator.core.pyramid import screen_pyramid
from annotator.errors import AnnotatorError, Sentence
from annotator.gui.background import fault

_KEPT_BYTES = 256 * 2**20
_AHEAD_SHARE = 1 / 8  # of that, for one image that is read before it is asked for


@dataclass(frozen=True, eq=False)
class LoadedImage:
    """One image ready to show.

    rgb: uint8 H x W x 3, oriented. pixels: what `levels` look into. levels: the image and its successive halves.
    note: what was done to show it (scaled 16-bit values, first page ...), or "".
    key: tells this version of the file from any other.
    """

    path: Path
    key: str
    rgb: npt.NDArray[np.uint8]
    pixels: tuple[npt.NDArray[np.uint8], ...]
    levels: tuple[QImage, ...]
    note: str

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return self.rgb.nbytes + sum(level.nbytes for level in self.pixels)


class ImageLoader(QObject):
    """Loads one image at a time; only the newest request matters."""

    loaded = Signal(object)  # LoadedImage
    failed = Signal(Path, object)  # the reason, a Sentence

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._condition = threading.Condition()
        self._request: Path | None = None
        self._closing = False
        self._kept: OrderedDict[str, LoadedImage] = OrderedDict()
        self._kept_bytes = _KEPT_BYTES
        self._thread = _LoaderThread(self)
        self._thread.setObjectName("image loader")
        self._thread.start()

    def load(self, path: Path) -> None:
        """Ask for an image; an older request that has not been started is dropped."""
        with self._condition:
            self._request = path
            self._condition.notify()

    def read(self, path: Path, *, ahead: bool = False) -> LoadedImage:
        """The image, from memory if it is one of the recent ones; from any thread. Raises AnnotatorError.

        ahead: nobody has asked for it yet, so that it is not kept where it would take the room of many others.
        """
        key = _file_version(path)
        with self._condition:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        image = read_image(path)
        pixels = screen_pyramid(image.rgb)
        loaded = LoadedImage(path, key, image.rgb, pixels, tuple(map(_view, pixels)), image.note)
        if not ahead or loaded.nbytes <= self._kept_bytes * _AHEAD_SHARE:
            with self._condition:
                self._kept[key] = loaded
                while len(self._kept) > 1 and sum(i.nbytes for i in self._kept.values()) > self._kept_bytes:
                    self._kept.popitem(last=False)
        return loaded

    def holds(self, key: str) -> bool:
        """Whether the image of that key is in memory; from any thread."""
        with self._condition:
            return key in self._kept

    def set_kept_bytes(self, max_bytes: int) -> None:
        """How much memory the recent images may take; heeded when the next image is read."""
        self._kept_bytes = max_bytes

    def close(self, *, seconds: float) -> bool:
        """Stop the thread, and wait for the image being read, no longer than that; returns whether it is over."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        return self._thread.wait(QDeadlineTimer(round(seconds * 1000)))

    # -- in the loader's thread --------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._closing or self._request is not None)
                if self._closing:
                    return
                assert self._request is not None
                path = self._request
                self._request = None
            try:
                self.loaded.emit(self.read(path))
            except AnnotatorError as error:
                self.failed.emit(path, error.sentence)
            except Exception as error:  # noqa: BLE001  (one image must not end the thread that reads the others)
                traceback.print_exc()
                self.failed.emit(path, Sentence("{path}: {fault}", path=path, fault=fault(error)))


class _LoaderThread(QThread):
    def __init__(self, loader: ImageLoader) -> None:
        super().__init__(loader)
        self._loader = loader

    def run(self) -> None:
        self._loader._serve()


def _file_version(path: Path) -> str:
    """Path, size and time of the file; a missing file has a version too, and reading it then says what is wrong."""
    try:
        status = path.stat()
    except OSError:
        return str(path)
    return f"{path}|{status.st_size}|{status.st_mtime_ns}"


def _view(pixels: npt.NDArray[np.uint8]) -> QImage:
    height, width, _ = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
