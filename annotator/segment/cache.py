"""Embeddings kept in memory, so that going back to an image does not encode it again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Protocol

from annotator.segment.segmenter import Embedding


class EmbeddingStore(Protocol):
    """Where embeddings are looked for before encoding, by fingerprint: memory, or a disk."""

    def get(self, key: str) -> Embedding | None:
        """The embedding of that fingerprint, None when it is not kept."""

    def put(self, key: str, embedding: Embedding) -> None:
        """Keep it, as far as there is room."""


class EmbeddingCache:
    """The most recently used Embeddings by key, as many as fit in `max_bytes`; safe to use from any thread.

    The key is the embedding's fingerprint. Only the features count as bytes. An embedding larger than `max_bytes`
    is not kept.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = _positive(max_bytes)
        self._embeddings: OrderedDict[str, Embedding] = OrderedDict()
        self._nbytes = 0
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of features kept now; never more than `max_bytes`."""
        with self._lock:
            return self._nbytes

    def get(self, key: str) -> Embedding | None:
        """The embedding kept under `key`, which becomes the most recently used, or None."""
        with self._lock:
            embedding = self._embeddings.get(key)
            if embedding is not None:
                self._embeddings.move_to_end(key)
            return embedding

    def put(self, key: str, embedding: Embedding) -> None:
        """Keep `embedding` under `key`, replacing what was there; the least recently used make room."""
        with self._lock:
            replaced = self._embeddings.pop(key, None)
            if replaced is not None:
                self._nbytes -= replaced.features.nbytes
            if embedding.features.nbytes > self._max_bytes:
                return
            self._embeddings[key] = embedding
            self._nbytes += embedding.features.nbytes
            self._trim()

    def resize(self, max_bytes: int) -> None:
        """Keep at most that many bytes from now on; the least recently used make room. Raises ValueError below 1."""
        with self._lock:
            self._max_bytes = _positive(max_bytes)
            self._trim()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._embeddings.clear()
            self._nbytes = 0

    def _trim(self) -> None:
        while self._nbytes > self._max_bytes:
            _, oldest = self._embeddings.popitem(last=False)
            self._nbytes -= oldest.features.nbytes


def _positive(max_bytes: int) -> int:
    if max_bytes <= 0:
        raise ValueError(f"max_bytes must be positive, not {max_bytes}")
    return max_bytes
