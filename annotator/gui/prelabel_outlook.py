"""Which images a pre-labelling run would look at, told before it is begun and for whatever options are tried."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotator.core.document import Document, ImageRecord
from annotator.errors import SegmenterError
from annotator.gui.background import BackgroundJob
from annotator.gui.errands import LentSegmenter
from annotator.gui.inference import Inference
from annotator.gui.prelabel_run import PrelabelOptions, is_left_out, mark_of, thresholds, usable
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.identity import ModelIdentity
from annotator.segment.prelabelled import has_proposals_of_others, remembered_run


@dataclass(frozen=True, eq=False)
class PrelabelOutlook:
    """Images that remember the same are looked at together or not at all: one question for each group of them.

    document: a snapshot. groups: the images that can be worked on. config: the checkpoint's thresholds. identity: the
    model that is going to compute; None when none runs, for which nothing counts as done.
    """

    document: Document
    groups: Sequence[Sequence[ImageRecord]]
    config: EverythingConfig
    identity: ModelIdentity | None

    def to_look_at(self, options: PrelabelOptions) -> int:
        """How many images a run with these options has to segment."""
        config = thresholds(options, self.config)
        mark = {} if self.identity is None else mark_of(options, config, self.identity)
        done = frozenset[str]() if options.interrupted is None else options.interrupted.done
        count = 0
        for group in self.groups:
            if not is_left_out(self.document, group[0], mark, options):
                count += sum(image.path not in done for image in group) if done else len(group)
        return count


def look_ahead(
    job: BackgroundJob, inference: Inference, document: Document, config: EverythingConfig
) -> PrelabelOutlook:
    """Group the images of a snapshot, and ask which model computes; for the job's thread, because it waits for both."""
    groups = defaultdict(list)
    keys = _Keys()
    for image in usable(document):
        job.cancel.check()
        groups[keys.of(document, image)].append(image)
    try:
        identity = LentSegmenter(inference, job.cancel).identity
    except SegmenterError:
        identity = None  # the window says so, and a run that is begun says it again
    return PrelabelOutlook(document, tuple(groups.values()), config, identity)


class _Keys:
    """What the images remember, as values that can be compared quickly: most of it is the same object."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str]] = {}  # by id; what is held here cannot lose it

    def of(self, document: Document, image: ImageRecord) -> Hashable:
        """All that `is_left_out` asks of the image."""
        mark = remembered_run(image)
        remembered = None if mark is None else self._text(mark)
        return bool(document.count_of_image(image.id)), remembered, has_proposals_of_others(document, image)

    def _text(self, value: Mapping[str, Any]) -> str:
        if id(value) not in self._known:
            self._known[id(value)] = value, json.dumps(value, sort_keys=True, default=str)
        return self._known[id(value)][1]
