"""Small pictures of images, read in a thread of their own for as long as they are wanted."""

from __future__ import annotations

import threading
import traceback
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from annotator.core.images import read_header, read_image
from annotator.errors import ImageError

_KEPT_BYTES = 32 * 2**20
_MOST_PIXELS = 100_000_000  # of larger images, passing copies would take more memory than a thumbnail is worth
_OVERSAMPLING = 4  # pixels of the image read for one of the thumbnail, in each axis: what is left out does not show


class Thumbnails(QObject):
    """Reads what is wanted, first things first, and keeps the recent ones.

    size: the largest a thumbnail may be, in device pixels. Its thread ends whenever nothing more is wanted.
    """

    made = Signal(Path)  # a thumbnail is there now, or it is known that there will be none

    def __init__(self, size: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[Path, QPixmap] = OrderedDict()
        self._bytes = 0
        self._refused: set[Path] = set()
        self._reader = _Reader(size)
        self._reader.read.connect(self._on_read)

    def get(self, path: Path) -> QPixmap | None:
        """The image's thumbnail; None while there is none."""
        picture = self._kept.get(path)
        if picture is not None:
            self._kept.move_to_end(path)
        return picture

    def want(self, images: Iterable[Path]) -> None:
        """Read these, in this order; what was wanted before and has not been begun is not read any more."""
        self._reader.want([path for path in images if path not in self._kept and path not in self._refused])

    def forget(self) -> None:
        """Drop everything, for another dataset or because files have changed."""
        self._reader.want([])
        self._kept.clear()
        self._refused.clear()
        self._bytes = 0

    def take_over(self, before: Thumbnails) -> None:
        """Have what another one of the same size has made of the same files."""
        self._kept, self._bytes, self._refused = before._kept.copy(), before._bytes, before._refused.copy()

    def _on_read(self, path: Path, image: QImage | None) -> None:
        if image is None:
            self._refused.add(path)
        elif path not in self._kept:
            self._kept[path] = QPixmap.fromImage(image)
            self._bytes += image.sizeInBytes()
            while self._bytes > _KEPT_BYTES:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.width() * oldest.height() * oldest.depth() // 8
        self.made.emit(path)


class _Reader(QObject):
    """Lives on its own, so that a thread still reading when the view is gone has someone to tell."""

    read = Signal(Path, object)  # QImage, or None when it cannot be read

    def __init__(self, size: QSize) -> None:
        super().__init__()
        self._size = size
        self._lock = threading.Lock()
        self._wanted: list[Path] = []
        self._reading: Path | None = None
        self._is_running = False

    def want(self, images: list[Path]) -> None:
        with self._lock:
            self._wanted = [path for path in images if path != self._reading][::-1]
            if not self._wanted or self._is_running:
                return
            self._is_running = True
        threading.Thread(target=self._serve, name="thumbnails").start()

    def _serve(self) -> None:
        while True:
            with self._lock:
                self._reading = self._wanted.pop() if self._wanted else None
                if self._reading is None:
                    self._is_running = False
                    return
                path = self._reading
            try:
                picture = _thumbnail(path, self._size)
            except Exception:  # noqa: BLE001  (one image must not end the thread that reads the others)
                traceback.print_exc()
                picture = None
            self.read.emit(path, picture)


def _thumbnail(path: Path, size: QSize) -> QImage | None:
    try:
        header = read_header(path)
        if header.height * header.width > _MOST_PIXELS:
            return None
        longest = max(size.width(), size.height()) * _OVERSAMPLING
        rgb = read_image(path, least_side=longest).rgb
    except ImageError:
        return None  # whoever opens the image is told why
    step = max(1, max(rgb.shape[:2]) // longest)
    pixels = np.ascontiguousarray(rgb[::step, ::step])
    height, width, _ = pixels.shape
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    aspect, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    # Converted, because a QImage of an array is gone with the array, and pictures of 32 bits are drawn fastest.
    return image.scaled(size, aspect, smooth).convertToFormat(QImage.Format.Format_RGB32)
