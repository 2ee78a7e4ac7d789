"""The results of an unfinished pre-labelling run, kept so that no moment is a bad one to be killed at.

One JSON value a line: first what the run was asked, then the result of one image each, in whatever order they came; of
two results of an image the later one counts.
Every line is forced to the disk before its image is counted as done. A last line that was cut short is dropped. Before
the COCO file is replaced, a line says what it is going to be, so that a run killed between that and the removal of this
file is known to be finished.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from annotator.errors import DatasetError, Sentence
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.prelabel_differences import WEIGHTS_NAME, is_same_request
from annotator.segment.prelabel_errors import VERSION, damaged, left_over, other_request, require_version, unwritable
from annotator.segment.prelabel_task import ImageResult

RESULT_DIGEST = "coco_sha256"
"""The key in the line that says what the COCO file is going to be."""


def run_header(
    *,
    category: str,
    config: EverythingConfig,
    image_size: int,
    max_masks: int | None,
    recursive: bool,
    weights_digest: str,
    weights: str = "",
    again: bool = False,
    only_untouched: bool = False,
) -> dict[str, Any]:
    """What a run was asked, as far as it must be the same to go on with it; plain JSON values.

    weights: the checkpoint's name, which only people want to know. only_untouched: whether it leaves out images with
    instances.
    """
    header = {
        "version": VERSION,
        "category": category,
        "config": asdict(config),
        "image size": image_size,
        "max masks": max_masks,
        "recursive": recursive,
        "weights": weights_digest,
    }
    if again:
        header["again"] = True
    if only_untouched:
        header["only untouched"] = True
    return header | ({WEIGHTS_NAME: weights} if weights else {})


def partial_path(coco_path: Path) -> Path:
    """Where the results for that COCO file are kept until all are there."""
    return coco_path.with_name(f"{coco_path.name}.prelabel")


class PartialResults:
    """An append-only file of results; the caller sees to it that there is one writer (DatasetLock)."""

    def __init__(self, coco_path: Path, request: Mapping[str, Any], *, resume: bool) -> None:
        """Open the partial results of that request, or start some.

        request: plain JSON values. Raises DatasetError when there are some and `resume` is False, or of another
        request; SaveError when the file cannot be written.
        """
        self.path = partial_path(coco_path)
        self.results: dict[str, ImageResult] = {}
        self._coco_path = coco_path
        self._digest: str | None = None
        self._has_failed = False
        header, kept_bytes = self._read()
        if not self.results and self._digest is None:
            header, kept_bytes = None, 0  # it ended before the first image: there is nothing to go on with
        if header is not None and not resume:
            raise DatasetError(
                "A run was interrupted and left its results in {path}: add --resume to go on with it, or "
                "remove that file to start anew.",
                path=self.path,
            )
        if header is not None and not is_same_request(header, request):
            raise other_request(self.path, header, request)
        try:
            self._file = open(self.path, "ab")  # noqa: SIM115 - open as long as the run
            self._file.truncate(kept_bytes)
        except OSError as error:
            raise unwritable(self.path, error) from error
        if header is None:
            self._append(request)

    @property
    def is_merged(self) -> bool:
        """Whether the COCO file is already what this run was going to make of it."""
        return self._digest is not None and self._digest == file_digest(self._coco_path)

    def add(self, result: ImageResult) -> None:
        """Keep a result; it is on the disk when this returns. Raises SaveError."""
        self._append(result.to_json())
        self.results[result.name] = result

    def announce(self, content: bytes) -> None:
        """Say what the COCO file is going to be. Raises SaveError."""
        self._append({RESULT_DIGEST: hashlib.sha256(content).hexdigest()})

    def close(self) -> None:
        """Let go of the file, which stays. Raises SaveError, unless a write has failed before and said so."""
        try:
            self._file.close()  # writes what a failed write has left, and is closed even if that fails again
        except OSError as error:
            if not self._has_failed:
                raise unwritable(self.path, error) from error

    def remove(self) -> tuple[Sentence, ...]:
        """Remove the file: the run is finished. Returns what is to be said when it cannot be removed."""
        try:
            self._file.truncate(0)  # if it stays, nobody is to take it for an interrupted run's
            self.close()
            self.path.unlink(missing_ok=True)
        except OSError as error:
            return (left_over(self.path, error),)
        return ()

    def _read(self) -> tuple[dict[str, Any] | None, int]:
        """Take in the whole lines; returns the first one and how many bytes all of them are."""
        try:
            lines = self.path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return None, 0
        except OSError as error:
            raise unwritable(self.path, error) from error
        header: dict[str, Any] | None = None
        size = 0
        for line in lines:
            if not line.endswith(b"\n"):
                break
            try:
                values = json.loads(line)
                if header is None:
                    require_version(values)
                    header = values
                elif RESULT_DIGEST in values:
                    self._digest = values[RESULT_DIGEST]
                else:
                    result = ImageResult.from_json(values)
                    self.results[result.name] = result
            except (ValueError, KeyError, TypeError) as error:
                raise damaged(self.path, error) from error
            size += len(line)
        return header, size

    def _append(self, values: Mapping[str, Any]) -> None:
        try:
            self._file.write(json.dumps(values, ensure_ascii=True).encode("ascii") + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            self._has_failed = True
            raise unwritable(self.path, error) from error


def file_digest(path: Path) -> str | None:
    """The SHA-256 of a file as hexadecimal digits; None when there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
