"""Embeddings kept on disk, so that an image once encoded never makes anyone wait again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import struct
from dataclasses import asdict
from pathlib import Path

import numpy as np

from annotator.segment.preprocess import Frame
from annotator.segment.segmenter import Embedding

_MAGIC = b"TSEMB2\n\0"
_HEADER_SIZE = struct.Struct("<I")
_DIGEST_BYTES = 20
_SUFFIX = ".embedding"
_LIMIT_NAME = "limit"
_MOST_BYTES = 64 * 2**20  # more than any embedding takes, so that no file in its place takes the memory away
_BLIND_PUTS = 32  # the files are counted anew after so many: another process may have added some

DEFAULT_BYTES = 2 * 2**30
"""About 500 embeddings of images at 1024 pixels, 8000 at 256."""


class DiskCache:
    """The most recently used Embeddings by fingerprint, one file each, as many as fit in `max_bytes`.

    Several processes may share the folder: files appear whole or not at all, and one that vanishes is a miss. What is
    read is checked against its digest; a damaged file is a miss too, and goes. A cached embedding is the very bytes of
    the fresh one. A disk that cannot be written to makes a cache that keeps nothing: no work ever fails for it.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._room = self._puts_left = 0  # bytes: as far as is known
        self._max_bytes = max_bytes

    @classmethod
    def existing(cls, folder: Path) -> DiskCache | None:
        """The cache in that folder, as large as its owner last allowed; None where there is none."""
        if not folder.is_dir():
            return None
        try:
            max_bytes = max(0, int((folder / _LIMIT_NAME).read_text("ascii")))
        except (OSError, ValueError):
            max_bytes = DEFAULT_BYTES
        return cls(folder, max_bytes)

    def set_limit(self, max_bytes: int) -> None:
        """Keep no more than that from now on, here and in other processes that find the cache existing."""
        self._max_bytes = max_bytes
        with contextlib.suppress(OSError):
            self._write(self._folder / _LIMIT_NAME, str(max_bytes).encode("ascii"))
        self._make_room()

    def room_for(self, embedding: Embedding) -> int:
        """How many embeddings like that one fit."""
        return self._max_bytes // len(_encode(embedding))

    def get(self, key: str) -> Embedding | None:
        """The embedding kept under that fingerprint, which becomes the most recently used, or None."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
            embedding = _decode(data, key) if len(data) <= _MOST_BYTES else None
        except (OSError, MemoryError):
            return None
        with contextlib.suppress(OSError):
            if embedding is None:
                path.unlink()
            else:
                os.utime(path)
        return embedding

    def put(self, key: str, embedding: Embedding) -> None:
        """Keep `embedding` under its fingerprint `key`; the least recently used make room."""
        try:
            data = _encode(embedding)
        except MemoryError:
            return  # who has the embedding can do without its being kept
        if len(data) > self._max_bytes:
            return
        with contextlib.suppress(OSError):
            self._write(self._path(key), data)
        self._puts_left -= 1
        self._room -= len(data)
        if self._room < 0 or self._puts_left <= 0:
            # Some more than needed go, or a full cache would be listed at every put.
            self._make_room(spare=self._max_bytes // 20 // len(data) * len(data))

    @property
    def nbytes(self) -> int:
        """Bytes on disk."""
        return sum(size for _, size, _ in self._files())

    def clear(self) -> None:
        """Delete every embedding."""
        for _, _, path in self._files():
            with contextlib.suppress(OSError):
                path.unlink()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"

    def _write(self, path: Path, data: bytes) -> None:
        """Make the file appear whole, or stay as it was. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f".{secrets.token_hex(8)}.tmp"
        try:
            beside.write_bytes(data)
            os.replace(beside, path)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise

    def _make_room(self, spare: int = 0) -> None:
        """Delete what was used longest ago where there is too much, and then as much as leaves `spare` bytes."""
        files = sorted(self._files())
        room = self._max_bytes - sum(size for _, size, _ in files)
        wanted = spare if room < 0 else 0
        for _, size, path in files:
            if room >= wanted:
                break
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)  # another process may have been faster
                room += size
        self._room, self._puts_left = room, _BLIND_PUTS

    def _files(self) -> list[tuple[int, int, Path]]:
        """(time of last use, bytes, path) of every embedding, and of what a killed writer left behind."""
        found = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith((_SUFFIX, ".tmp")):
                    with contextlib.suppress(OSError):
                        status = entry.stat()
                        found.append((status.st_mtime_ns, status.st_size, Path(entry.path)))
        return found


def _encode(embedding: Embedding) -> bytes:
    """Magic, header length, header (JSON), features (float32, little-endian), digest of all before it."""
    header = json.dumps(
        {
            "fingerprint": embedding.fingerprint,
            "frame": asdict(embedding.frame),
            "model": embedding.model,
            "mask_threshold": embedding.mask_threshold,
            "shape": embedding.features.shape,
        }
    ).encode()
    body = _MAGIC + _HEADER_SIZE.pack(len(header)) + header + embedding.features.astype("<f4", copy=False).tobytes()
    return body + _digest(body)


def _decode(data: bytes, key: str) -> Embedding | None:
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if not body.startswith(_MAGIC) or _digest(body) != digest:
        return None
    # From here on it is what `_encode` wrote.
    start = len(_MAGIC) + _HEADER_SIZE.size
    (length,) = _HEADER_SIZE.unpack_from(body, len(_MAGIC))
    header = json.loads(body[start : start + length])
    if header["fingerprint"] != key:
        return None
    features = np.frombuffer(body, "<f4", offset=start + length).reshape(header["shape"])
    return Embedding(
        features.astype(np.float32, copy=False),
        Frame(**header["frame"]),
        key,
        header["model"],
        header["mask_threshold"],
    )


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()
