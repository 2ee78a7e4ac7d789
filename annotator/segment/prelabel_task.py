"""The work on one image when a folder is pre-labelled: one pure function, whoever runs it."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.core.geometry import RunLengths
from annotator.core.images import read_image
from annotator.errors import AnnotatorError, Sentence
from annotator.segment.everything import EverythingConfig, EverythingProposal, segment_everything
from annotator.segment.segmenter import CancellationToken, Cancelled, Segmenter


@dataclass(frozen=True)
class ImageTask:
    """One image to propose masks for. name: its path relative to the image root `root`, with forward slashes."""

    root: Path
    name: str
    config: EverythingConfig


@dataclass(frozen=True)
class ImageResult:
    """What came of a task. height, width: of the oriented image; problem: why there is nothing, a sentence, or ""."""

    name: str
    height: int = 0
    width: int = 0
    proposals: tuple[EverythingProposal, ...] = field(default=(), repr=False)
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values that `from_json` turns back into an equal result."""
        return {
            "image": self.name,
            "size": [self.height, self.width],
            "problem": self.problem,
            "proposals": [
                [proposal.mask.counts.decode("ascii"), proposal.predicted_iou, proposal.stability, *proposal.point]
                for proposal in self.proposals
            ],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ImageResult:
        """The result that `to_json` was called on."""
        height, width = values["size"]
        proposals = tuple(
            EverythingProposal(RunLengths(height, width, counts.encode("ascii")), iou, stability, (x, y))
            for counts, iou, stability, x, y in values["proposals"]
        )
        return cls(values["image"], height, width, proposals, values["problem"])


def propose(segmenter: Segmenter, task: ImageTask, *, cancel: CancellationToken | None = None) -> ImageResult:
    """Read the image, segment everything in it. Depends on nothing but its arguments and the file.

    An image that cannot be used gives a result with its problem, whatever went wrong: one image must not end the work
    on a million. A fault of the program is printed on stderr as well, once. Raises Cancelled when `cancel` is set.
    """
    path = task.root / task.name
    try:
        rgb = read_image(path).rgb
        embedding = segmenter.encode(rgb, cancel=cancel)
        found = segment_everything(segmenter, embedding, task.config, rgb=rgb, cancel=cancel)
        proposals = tuple(proposal.rounded() for proposal in found)
    except Cancelled:
        raise
    except AnnotatorError as error:
        return ImageResult(task.name, problem=error.sentence)
    except MemoryError as error:
        return ImageResult(task.name, problem=without_memory(path, error))
    except Exception as error:  # noqa: BLE001  (named as the image's problem, and printed)
        _print_once(error)
        return ImageResult(task.name, problem=fault_of(task, error))
    return ImageResult(task.name, rgb.shape[0], rgb.shape[1], proposals)


def without_memory(path: Path, error: MemoryError) -> Sentence:
    """What is said of an image for which the memory does not suffice."""
    return Sentence(
        "There is not enough memory to segment the image {path} ({reason}): close other programs, or use a "
        "smaller copy of it.",
        path=path,
        reason=_kind_and_text(error),
    )


def fault_of(task: ImageTask, error: BaseException) -> Sentence:
    """What is said of an image over which that was raised, which no user can have caused."""
    return Sentence(
        "The image {path} met a fault of the program ({reason}); what it printed in the terminal helps to find it.",
        path=task.root / task.name,
        reason=_kind_and_text(error),
    )


def _kind_and_text(error: BaseException) -> str:
    """Such as "ValueError: no such axis", in one line."""
    return " ".join("".join(traceback.format_exception_only(error)).split())


_printed: set[tuple[type[Exception], str, int | None]] = set()
"""The faults this process has printed: what kind, and where they were raised."""


def _print_once(error: Exception) -> None:
    """Print its traceback on stderr, unless one like it was: a fault that every image meets is not to fill the disk."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    fault = type(error), place.filename, place.lineno
    if fault not in _printed:
        _printed.add(fault)
        traceback.print_exception(error, file=sys.stderr)
