"""From what runs have found to the one edit that stores it, worked out in a worker thread over a snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotator.core.document import Category, Document, Instance, StoredProposal
from annotator.core.edits import AddCategory, ChangeImage, Edit, RemoveCategory, ReplaceProposals, Together
from annotator.gui import garbage
from annotator.gui.outcome import LARGE, Outcome, outcome_of
from annotator.segment.everything import EverythingProposal
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.prelabelled import has_proposals_of_others, marked
from annotator.segment.stored_proposals import (
    NewProposals,
    abandoned_placeholders,
    earlier_proposals,
    new_proposals,
    stored_proposals,
)


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found, by image id, in the order it is stored in, and what found it.

    category: the name of what it is proposed as, made if it is new; "" for the current category, or any that is there.
    most: the most proposals of an image, best first; None for all. only_untouched: nothing for images with instances.
    spares_others: nothing for images with proposals that no run made.
    text: names the edit. mark: what the images are to remember of the run, see segment/prelabelled; None: nothing.
    """

    document: Document
    found: Mapping[int, Sequence[EverythingProposal]]
    weights: str
    config: EverythingConfig
    text: str
    category: str = ""
    most: int | None = None
    only_untouched: bool = False
    spares_others: bool = False
    mark: Mapping[str, Any] | None = None

    @property
    def count(self) -> int:
        """The most proposals that can come of it."""
        return sum(len(found[: self.most]) for found in self.found.values())


Compared = dict[int, tuple[tuple[Instance, ...], NewProposals]]
"""By image id: the instances that findings were compared with, and what is left of them."""


@dataclass(frozen=True, eq=False)
class Plan:
    """edit: None when nothing is to be changed. count: how many proposals the images get. compared: for another plan.

    outcome: what the edit makes of the snapshot, when it is too much for the window's thread.
    """

    edit: Edit | None = None
    count: int = 0
    compared: Compared = field(default_factory=dict)
    outcome: Outcome | None = None


def planned(
    findings: Findings,
    snapshot: Document,
    compared: Compared,
    *,
    ids: range,
    category: Category | None,
    current_id: int | None,
) -> Plan:
    """How to store the findings in a document that is as the snapshot, which is the plan's own from then on.

    compared: of an earlier plan; it is of use for images whose instances are the very same. ids: findings.count of
    them. category: what they are proposed as, which is added if it is new. current_id: of the current category.
    """
    with garbage.pause():
        now = _compared(findings, snapshot, compared)
        wanted = {image_id: new for image_id, (_, new) in now.items()}
        if findings.only_untouched:
            # Somebody may have begun to label them meanwhile.
            wanted = {image_id: new for image_id, new in wanted.items() if not snapshot.count_of_image(image_id)}
        if findings.spares_others:
            # Somebody may have pressed W on them meanwhile.
            images = snapshot.images
            wanted = {i: new for i, new in wanted.items() if not has_proposals_of_others(snapshot, images[i])}
        edits: list[Edit] = []
        is_needed = category is not None and any(new.found for new in wanted.values())
        if is_needed and category.id not in snapshot.categories:
            edits.append(AddCategory(category))
        gone: list[StoredProposal] = []
        records, next_ids = 0, iter(ids)
        for image_id, new in wanted.items():
            earlier = earlier_proposals(snapshot, image_id)
            stored = () if category is None else _records(findings, new, image_id, category.id, next_ids)
            if stored or earlier:
                edits.append(ReplaceProposals(earlier, stored))
            gone += earlier
            records += len(stored)
            image = snapshot.images[image_id]
            after = image if findings.mark is None else marked(image, findings.mark)
            if after is not image:
                edits.append(ChangeImage(image, after))
        if not edits:
            return Plan(compared=now)
        used = {used_id for used_id in (current_id, category.id if is_needed else None) if used_id is not None}
        edits += map(RemoveCategory, abandoned_placeholders(snapshot, gone, used=used))
        edit = Together(tuple(edits))
        if records + len(gone) + len(edits) <= LARGE:
            return Plan(edit, records, now)
        return Plan(edit, records, now, outcome_of(edit, snapshot, is_new=True))


def _compared(findings: Findings, snapshot: Document, before: Compared) -> Compared:
    """What `before` lacks or has of instances that are no more is compared."""
    result: Compared = {}
    for image_id, found in findings.found.items():
        if image_id not in snapshot.images:
            continue
        instances = tuple(snapshot.instances_of(image_id))
        known = before.get(image_id)
        # The same objects: comparing hundreds of masks by value would take long.
        if known is None or not _are_same(known[0], instances):
            known = instances, new_proposals(found, instances, most=findings.most)
        result[image_id] = known
    return result


def _are_same(before: Collection[Instance], now: Collection[Instance]) -> bool:
    return len(before) == len(now) and all(one is other for one, other in zip(before, now, strict=True))


def _records(
    findings: Findings, new: NewProposals, image_id: int, category_id: int, ids: Iterator[int]
) -> tuple[StoredProposal, ...]:
    return stored_proposals(
        new,
        [next(ids) for _ in new.found],
        image_id=image_id,
        category_id=category_id,
        weights=findings.weights,
        config=findings.config,
    )
