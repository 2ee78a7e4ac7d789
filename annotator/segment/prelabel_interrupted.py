"""Pre-labelling runs that have left results beside a COCO file: what they were asked, and what they have done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from annotator.errors import DatasetError
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.identity import ModelIdentity
from annotator.segment.prelabel_errors import damaged, require_version, unwritable
from annotator.segment.prelabel_partial import RESULT_DIGEST, file_digest, partial_path

_DIGEST_LINE = f'{{"{RESULT_DIGEST}"'.encode()
# In a result's line. A name cannot contain these: its quotation marks are written with a backslash.
_SIZE_KEY = b', "size": '
_PROPOSALS_KEY = b', "proposals": '
_NO_PROBLEM = b', "problem": ""'


@dataclass(frozen=True)
class InterruptedRun:
    """A run that has left results. header: what it was asked, see run_header; done: the paths of the images that are
    done, those that failed left out.

    config: its thresholds.
    """

    header: Mapping[str, Any]
    config: EverythingConfig
    done: frozenset[str]

    @property
    def images(self) -> int:
        """How many images are done."""
        return len(self.done)

    @property
    def category(self) -> str:
        """What it proposes as."""
        return str(self.header.get("category", ""))

    @property
    def max_masks(self) -> int | None:
        """The most proposals of an image; None for all."""
        most = self.header.get("max masks")
        return most if isinstance(most, int) else None

    @property
    def recursive(self) -> bool:
        """Whether it does sub-folders, too."""
        return self.header.get("recursive") is True

    @property
    def weights_digest(self) -> str:
        """The fingerprint of its checkpoint."""
        return str(self.header.get("weights", ""))

    @property
    def again(self) -> bool:
        """Whether it does images again that such a run has been over."""
        return self.header.get("again") is True

    @property
    def only_untouched(self) -> bool:
        """Whether it leaves out images with instances."""
        return self.header.get("only untouched") is True

    def is_of(self, identity: ModelIdentity) -> bool:
        """Whether that model made its results."""
        return (self.header.get("weights"), self.header.get("image size")) == (identity.digest, identity.image_size)


def interrupted_run(coco_path: Path) -> InterruptedRun | None:
    """The run over the images of that COCO file that has not ended yet, if it has done any of them well.

    Reads the whole file. Raises DatasetError when it is damaged or of another version, SaveError when it cannot be
    read.
    """
    run, digest = _read_run(coco_path)
    if run is None or (digest is not None and digest == file_digest(coco_path)):
        return None  # it has ended, and only its file was left
    return run if run.images else None


def begun_run(coco_path: Path) -> InterruptedRun | None:
    """The run that `PartialResults` compares a request with: also one that has ended, or has done no image well.

    Reads and raises as `interrupted_run` does.
    """
    return _read_run(coco_path)[0]


def _read_run(coco_path: Path) -> tuple[InterruptedRun | None, str | None]:
    """The run that has left anything, and the digest of the COCO file it was going to make, once that was known."""
    path = partial_path(coco_path)
    digest_line = b""
    try:
        with open(path, "rb") as file:
            first, done = file.readline(), set()
            is_begun = False
            for line in file:
                if not line.endswith(b"\n"):
                    continue
                is_begun = True
                digest_line = line if line.startswith(_DIGEST_LINE) else b""
                if digest_line:
                    continue
                head = line[: line.find(_PROPOSALS_KEY)]  # the rest is long, and need not be understood here
                image = head[: head.find(_SIZE_KEY)]
                if head.endswith(_NO_PROBLEM):
                    done.add(image)
                else:
                    done.discard(image)
    except FileNotFoundError:
        return None, None
    except OSError as error:
        raise unwritable(path, error) from error
    if not is_begun:
        return None, None
    try:
        header = json.loads(first)
        require_version(header)
        names = frozenset(json.loads(image + b"}")["image"] for image in done)
        run = InterruptedRun(header, EverythingConfig(**header["config"]), names)
        return run, json.loads(digest_line)[RESULT_DIGEST] if digest_line else None
    except (ValueError, TypeError, KeyError) as error:
        raise damaged(path, error) from error


def put_aside(coco_path: Path) -> Path | None:
    """Make room for the results of a new run over the images of that COCO file.

    Those of a run that has not ended, also ones that cannot be understood here, get the name that is returned; what
    nobody can miss is removed. Raises SaveError.
    """
    path = partial_path(coco_path)
    try:
        is_missed = interrupted_run(coco_path) is not None
    except DatasetError:
        is_missed = True  # another version of this program may understand it
    try:
        if not is_missed:
            path.unlink(missing_ok=True)
            return None
        written_at = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        aside = path.with_name(f"{path.name}.{written_at:%Y%m%d-%H%M%S-%f}")
        path.rename(aside)
    except OSError as error:
        raise unwritable(path, error) from error
    return aside
