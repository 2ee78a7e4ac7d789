"""What became of a document in an export: read back, and compared mask by mask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pycocotools import mask as mask_utils

from annotator.core.document import Document, Instance, StoredProposal
from annotator.core.formats.image_index import renamed_images
from annotator.core.geometry import RunLengths
from annotator.errors import Sentence

NOT_KEPT = "ids, provenance, attributes, groups, locks, reviews and notes are not kept"
"""What no format but COCO holds, a Loss of the whole."""

PROPOSALS_ACCEPTED = "proposals become instances, as if they had been accepted"
"""What formats that do not know proposals make of them."""


@dataclass(frozen=True)
class Loss:
    """Something the format cannot hold: a clause, and the instances it is true of (empty when of the whole).

    held_by: the formats, as FORMATS names them, that hold it; what to export instead when it matters.
    """

    what: str
    instance_ids: tuple[int, ...] = ()
    held_by: tuple[str, ...] = ()


def renaming_losses(labels: Mapping[str, str]) -> Iterator[Loss]:
    """The images whose files are not called like them, if any. labels: what label_names gave."""
    if renamed := renamed_images(labels):
        yield Loss(
            Sentence(
                "images whose files get another name, because theirs differs in its ending only or is no name on "
                "Windows: {count}, such as {names}",
                count=len(renamed),
                names=", ".join(renamed[:5]),
            )
        )


@dataclass(frozen=True)
class Deviation:
    """An instance whose mask came back different. iou: with the document's mask."""

    instance_id: int
    iou: float


@dataclass(frozen=True)
class ExportReport:
    """files: what was written, the first to open. images, instances: how many of the document were to be exported.

    proposals: how many of these instances nobody has accepted; 0 unless they were asked for.
    exact: instances that came back with the very same mask. changed: those that did not, worst first. missing: ids of
    those that did not come back at all. losses: what the format cannot hold.
    """

    files: tuple[Path, ...]
    images: int
    instances: int
    proposals: int
    exact: int
    changed: tuple[Deviation, ...]
    missing: tuple[int, ...]
    losses: tuple[Loss, ...]

    @property
    def worst_iou(self) -> float:
        """The lowest IoU of an instance that came back, 1 when all are exact."""
        return self.changed[0].iou if self.changed else 1.0


def compared(
    document: Document, back: Document, *, files: tuple[Path, ...], losses: tuple[Loss, ...], proposals: int = 0
) -> ExportReport:
    """Compare the exported document with what was read back; images are the same by path, categories by name.

    files, losses, proposals: for the report.
    Each instance is compared with the one most like it of the same category on the same image.
    """
    read = defaultdict(list)
    for instance in back.annotations_in_order():
        read[_key(back, instance)].append(instance.mask)
    exact = 0
    changed: list[Deviation] = []
    missing: list[int] = []
    inexact = defaultdict(list)
    # From the top: of two that are the same, the upper one is what a picture shows.
    for instance in reversed(document.annotations_in_order()):
        key = _key(document, instance)
        if instance.mask in read[key]:
            read[key].remove(instance.mask)
            exact += 1
        else:
            inexact[key].append(instance)
    for key, instances in inexact.items():
        pairs = [(iou(i.mask, mask), -n, m) for n, i in enumerate(instances) for m, mask in enumerate(read[key])]
        found: set[int] = set()
        used: set[int] = set()
        for value, negative, m in sorted(pairs, reverse=True):
            if -negative not in found and m not in used:
                found.add(-negative)
                used.add(m)
                changed.append(Deviation(instances[-negative].id, value))
        missing += [instance.id for n, instance in enumerate(instances) if n not in found]
    changed.sort(key=lambda deviation: deviation.iou)
    return ExportReport(
        files=files,
        images=len(document.images),
        instances=len(document.instances) + len(document.proposals),
        proposals=proposals,
        exact=exact,
        changed=tuple(changed),
        missing=tuple(sorted(missing)),
        losses=losses,
    )


def iou(first: RunLengths, second: RunLengths) -> float:
    """Intersection over union of two masks of one size; 1 for two empty ones."""
    if not first.area and not second.area:
        return 1.0
    a, b = ({"size": [mask.height, mask.width], "counts": mask.counts} for mask in (first, second))
    return float(mask_utils.iou([a], [b], [0])[0, 0])


def _key(document: Document, instance: Instance | StoredProposal) -> tuple[str, str]:
    return document.images[instance.image_id].path, document.categories[instance.category_id].name
