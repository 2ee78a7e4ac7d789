"""What became of a document in an export: read back, and compared mask by mask."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from annotator.core.document import Document, Instance, StoredProposal
from annotator.core.formats.progress import Progress
from annotator.core.geometry import RunLengths, overlaps
from annotator.errors import Sentence


@dataclass(frozen=True)
class Loss:
    """Something the format cannot hold: a clause, and the instances it is true of (empty when of the whole).

    held_by: the formats, as FORMATS names them, that hold it; what to export instead when it matters. leaves_out:
    whether it explains that those instances do not come back at all.
    """

    what: str
    instance_ids: tuple[int, ...] = ()
    held_by: tuple[str, ...] = ()
    leaves_out: bool = False


@dataclass(frozen=True)
class Remarks:
    """What a writer has to say of what it wrote. notes: sentences on what to know before the files are used."""

    losses: tuple[Loss, ...] = ()
    notes: tuple[Sentence, ...] = ()

    def __add__(self, other: Remarks) -> Remarks:
        return Remarks(self.losses + other.losses, self.notes + other.notes)


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
    those that did not come back at all. losses: what the format cannot hold. notes: what to know before the files are
    used, sentences.
    """

    files: tuple[Path, ...]
    images: int
    instances: int
    proposals: int
    exact: int
    changed: tuple[Deviation, ...]
    missing: tuple[int, ...]
    losses: tuple[Loss, ...]
    notes: tuple[Sentence, ...] = ()

    @property
    def unexplained(self) -> tuple[int, ...]:
        """Those of `missing` that no loss says are left out."""
        explained = {instance_id for loss in self.losses if loss.leaves_out for instance_id in loss.instance_ids}
        return tuple(instance_id for instance_id in self.missing if instance_id not in explained)

    @property
    def worst_iou(self) -> float:
        """The lowest IoU of an instance that came back, 1 when all are exact."""
        return self.changed[0].iou if self.changed else 1.0


def compared(
    document: Document,
    back: Document,
    *,
    files: tuple[Path, ...],
    remarks: Remarks,
    proposals: int = 0,
    progress: Progress | None = None,
) -> ExportReport:
    """Compare the exported document with what was read back; images are the same by path, categories by name.

    files, remarks, proposals: for the report. progress: over the images and categories of the masks that changed.
    Each instance is compared with the one most like it of the same category on the same image.
    """
    read = defaultdict(list)
    for instance in back.annotations_in_order():
        read[_key(back, instance)].append(instance.mask)
    came_back = {key: Counter(masks) for key, masks in read.items()}
    inexact = defaultdict(list)
    # From the top: of two that are the same, the upper one is what a picture shows.
    for instance in reversed(document.annotations_in_order()):
        key = _key(document, instance)
        if came_back.get(key, Counter())[instance.mask]:
            came_back[key][instance.mask] -= 1
        else:
            inexact[key].append(instance)
    changed: list[Deviation] = []
    missing: list[int] = []
    differing = list(inexact.items())
    for key, instances in (progress or Progress()).over(differing) if differing else ():
        others = list(came_back.get(key, Counter()).elements())
        partners = _most_alike([instance.mask for instance in instances], others)
        for instance, value in zip(instances, partners, strict=True):
            if value is None:
                missing.append(instance.id)
            else:
                changed.append(Deviation(instance.id, value))
    changed.sort(key=lambda deviation: deviation.iou)
    instances_and_proposals = len(document.instances) + len(document.proposals)
    return ExportReport(
        files=files,
        images=len(document.images),
        instances=instances_and_proposals,
        proposals=proposals,
        exact=instances_and_proposals - len(changed) - len(missing),
        changed=tuple(changed),
        missing=tuple(sorted(missing)),
        losses=remarks.losses,
        notes=remarks.notes,
    )


def _most_alike(masks: Sequence[RunLengths], others: Sequence[RunLengths]) -> list[float | None]:
    """For each mask its IoU with the other one that is left to it when the pairs most alike are taken first.

    None for masks that are too many.
    """
    partners: list[float | None] = [None] * len(masks)
    if not others:
        return partners
    alike = overlaps(masks, others)
    left = set(range(len(others)))
    for pair in np.argsort(-alike, axis=None, kind="stable").tolist():
        mask, other = divmod(pair, len(others))
        if partners[mask] is None and other in left:
            partners[mask] = float(alike[mask, other])
            left.remove(other)
            if not left:
                break
    return partners


def _key(document: Document, instance: Instance | StoredProposal) -> tuple[str, str]:
    return document.images[instance.image_id].path, document.categories[instance.category_id].name
