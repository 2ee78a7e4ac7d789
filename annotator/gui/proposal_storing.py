"""What runs have found becomes proposals of the document: compared in a worker thread, stored in one edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from PySide6.QtCore import QObject

from annotator.core.document import Category, Document, Instance, StoredProposal
from annotator.core.edits import AddCategory, ChangeImage, Edit, RemoveCategory, ReplaceProposals, Together
from annotator.gui.background import BackgroundJobs
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.document_model import DocumentModel
from annotator.gui.selection import Selection
from annotator.segment.everything import EverythingProposal
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.prelabelled import marked
from annotator.segment.stored_proposals import (
    UNNAMED,
    NewProposals,
    abandoned_placeholders,
    as_placeholder,
    earlier_proposals,
    new_proposals,
    stored_proposals,
)


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found, by image id, in the order it is stored in, and what found it.

    category: the name of what it is proposed as, made if it is new; "" for the current category, or any that is there.
    most: the most proposals of an image, best first; None for all. only_untouched: nothing for images with instances.
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
    mark: Mapping[str, Any] | None = None


_Instances = tuple[Instance, ...]
_Compared = dict[int, tuple[_Instances, NewProposals]]
_Records = dict[int, tuple[NewProposals, tuple[StoredProposal, ...]]]


@dataclass(frozen=True, eq=False)
class _Request:
    findings: Findings
    is_wanted: Callable[[], bool]
    on_ended: Callable[[int | None], None]


@dataclass(frozen=True, eq=False)
class _Made:
    """Records that wait to be stored, by image id, each with what it was made of. category: of them; None for none.

    is_new: whether the category has to be added.
    """

    category: Category | None = None
    is_new: bool = False
    records: _Records = field(default_factory=dict)


class ProposalStoring(QObject):
    """Instances may change while findings are compared with them: what has changed is compared again.

    The records are made in a worker thread, too: those of a folder are hundreds of thousands.
    """

    def __init__(
        self,
        model: DocumentModel,
        selection: Selection,
        jobs: BackgroundJobs,
        categories: CategoryChanges,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._jobs = jobs
        self._categories = categories

    def store(self, findings: Findings, is_wanted: Callable[[], bool], on_ended: Callable[[int | None], None]) -> None:
        """Store them, unless `is_wanted` says no when it comes to that; one edit, or none when nothing changes.

        on_ended is told how many proposals the images have got; None when they were not stored.
        """
        self._compare(_Request(findings, is_wanted, on_ended), {}, _Made())

    def _compare(self, request: _Request, compared: _Compared, made: _Made) -> None:
        """Compare what `compared` lacks or has of instances that are no more; then make the records, and store them."""
        findings = request.findings
        if findings.document is not self._model.document or not request.is_wanted():
            request.on_ended(None)
            return
        todo: dict[int, _Instances] = {}
        for image_id in findings.found:
            instances = tuple(findings.document.instances_of(image_id))
            # The same objects: comparing hundreds of masks by value would take long.
            before = compared[image_id][0] if image_id in compared else None
            if before is None or len(before) != len(instances) or any(map(_is_other, before, instances)):
                todo[image_id] = instances
        if todo:
            job = self._jobs.new(lambda _: {i: (todo[i], _new(findings, i, todo[i])) for i in todo})
            job.succeeded.connect(lambda new: self._compare(request, compared | new, made))
            job.failed.connect(lambda _: request.on_ended(None))
            job.start()
            return
        wanted = self._wanted(findings, compared)
        made = self._with_category(findings, wanted, made)
        # Records made before are of use, unless their image was compared again.
        fresh = {i: new for i, new in wanted.items() if i not in made.records or made.records[i][0] is not new}
        if made.category is not None and any(new.found for new in fresh.values()):
            self._make(request, compared, made, fresh)
        else:
            request.on_ended(self._push(findings, wanted, made))

    def _wanted(self, findings: Findings, compared: _Compared) -> dict[int, NewProposals]:
        document = findings.document
        wanted = {image_id: compared[image_id][1] for image_id in findings.found if image_id in document.images}
        if findings.only_untouched:
            # Somebody may have begun to label them meanwhile.
            wanted = {image_id: new for image_id, new in wanted.items() if not document.count_of_image(image_id)}
        return wanted

    def _with_category(self, findings: Findings, wanted: Mapping[int, NewProposals], made: _Made) -> _Made:
        """With a category if one is needed; without records when theirs is not the one any more."""
        if not any(new.found for new in wanted.values()):
            return _Made()
        document, category = findings.document, made.category
        if category is not None:
            there = document.category_named(category.name) if made.is_new else document.categories.get(category.id)
            if (there is None) == made.is_new:
                return made
        return _Made(*self._category(findings))

    def _make(self, request: _Request, compared: _Compared, made: _Made, fresh: Mapping[int, NewProposals]) -> None:
        """Make the records of the images in `fresh` in a worker thread, then look whether they are still right."""
        findings, category = request.findings, made.category
        assert category is not None
        ids = iter(findings.document.take_ids(StoredProposal, sum(len(new.found) for new in fresh.values())))

        def work(_: object) -> _Records:
            return {
                image_id: (
                    new,
                    stored_proposals(
                        new,
                        list(islice(ids, len(new.found))),
                        image_id=image_id,
                        category_id=category.id,
                        weights=findings.weights,
                        config=findings.config,
                    ),
                )
                for image_id, new in fresh.items()
            }

        job = self._jobs.new(work)
        job.succeeded.connect(
            lambda records: self._compare(request, compared, replace(made, records=made.records | records))
        )
        job.failed.connect(lambda _: request.on_ended(None))
        job.start()

    def _push(self, findings: Findings, wanted: Mapping[int, NewProposals], made: _Made) -> int | None:
        document, category = findings.document, made.category
        earlier = {image_id: earlier_proposals(document, image_id) for image_id in wanted}
        edits: list[Edit] = []
        if category is not None and made.is_new:
            edits.append(AddCategory(category))
        count = 0
        for image_id, new in wanted.items():
            made_of, stored = made.records.get(image_id, (None, ()))
            if made_of is not new:
                stored = ()  # of an image that has nothing to propose any more
            if stored or earlier[image_id]:
                edits.append(ReplaceProposals(earlier[image_id], stored))
                count += len(stored)
            if findings.mark is not None:
                image = document.images[image_id]
                after = marked(image, findings.mark)
                if after is not image:
                    edits.append(ChangeImage(image, after))
        if not edits:
            return 0
        gone = [proposal for proposals in earlier.values() for proposal in proposals]
        used = {kept for kept in (self._selection.category_id, category and category.id) if kept is not None}
        edits += map(RemoveCategory, abandoned_placeholders(document, gone, used=used))
        current = self._selection.category_id
        if not self._model.push(Together(tuple(edits)), findings.text):
            return None
        # A new category becomes the current one, but not one that comes in from elsewhere: without any the first
        # proposal that is accepted asks what it is.
        self._selection.set_category(current)
        return count

    def _category(self, findings: Findings) -> tuple[Category, bool]:
        """What the proposals are proposed as, and whether it has to be added."""
        document = findings.document
        current = self._selection.category_id
        if not findings.category and current is not None:
            return document.categories[current], False
        name = findings.category or UNNAMED
        category = document.category_named(name)
        if category is None and not findings.category:
            category = next(iter(document.categories.values()), None)
        if category is not None:
            return category, False
        category = self._categories.new_category(name)
        return as_placeholder(category) if name == UNNAMED else category, True


def _new(findings: Findings, image_id: int, instances: _Instances) -> NewProposals:
    return new_proposals(findings.found[image_id], instances, most=findings.most)


def _is_other(before: Instance, now: Instance) -> bool:
    return before is not now
