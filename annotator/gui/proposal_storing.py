"""What runs have found becomes proposals of the document: planned in a worker thread, stored in one edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject

from annotator.core.document import Category, StoredProposal
from annotator.gui.background import BackgroundJobs, JobFailure
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.document_model import DocumentModel
from annotator.gui.proposal_plan import Compared, Findings, Plan, planned
from annotator.gui.selection import Selection
from annotator.segment.stored_proposals import UNNAMED, as_placeholder

__all__ = ["Findings", "ProposalStoring"]

_TRIES = 20  # so often may the document be edited while a plan for it is made


@dataclass(eq=False)
class _Request:
    """ids: for its records. compared: by the plans so far. new_category: the one to be added, once it has an id."""

    findings: Findings
    is_wanted: Callable[[], bool]
    on_ended: Callable[[int | None], None]
    ids: range
    compared: Compared = field(default_factory=dict)
    new_category: Category | None = None
    tries: int = 0


class ProposalStoring(QObject):
    """The document may be edited while a plan is made for it: then another one is made.

    All of it is worked out in worker threads: the records of a folder are hundreds of thousands.
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

        on_ended is told how many proposals the images have got; None when they were not stored: they are not wanted any
        more, or something failed, which the user has been told.
        """
        ids = findings.document.take_ids(StoredProposal, findings.count)
        self._plan(_Request(findings, is_wanted, on_ended, ids))

    def _plan(self, request: _Request) -> None:
        findings = request.findings
        if not self._is_wanted(request):
            request.on_ended(None)
            return
        state, current_id = self._model.state, self._selection.category_id
        snapshot, category = findings.document.snapshot(), self._category(request)

        def work() -> Plan:
            return planned(
                findings, snapshot, request.compared, ids=request.ids, category=category, current_id=current_id
            )

        request.tries += 1
        if request.tries > _TRIES:
            self._store(request, state, current_id, work())  # somebody draws without end: once they have to wait
            return
        job = self._jobs.new(lambda _: work())
        job.succeeded.connect(lambda plan: self._store(request, state, current_id, plan))
        job.failed.connect(lambda reason: self._fail(request, reason))
        job.start()

    def _store(self, request: _Request, state: int, current_id: int | None, plan: Plan) -> None:
        request.compared = plan.compared
        is_current = (self._model.state, self._selection.category_id) == (state, current_id)
        if not is_current or not self._is_wanted(request):
            self._plan(request)
        elif plan.edit is None:
            request.on_ended(0)
        elif self._model.push(plan.edit, request.findings.text, outcome=plan.outcome):
            # A new category becomes the current one, but not one that comes in from elsewhere: without any the first
            # proposal that is accepted asks what it is.
            self._selection.set_category(current_id)
            request.on_ended(plan.count)
        else:
            request.on_ended(None)

    def _fail(self, request: _Request, reason: str) -> None:
        self._jobs.add_failure(JobFailure(request.findings.text, reason))
        request.on_ended(None)

    def _is_wanted(self, request: _Request) -> bool:
        return request.findings.document is self._model.document and request.is_wanted()

    def _category(self, request: _Request) -> Category | None:
        """What the proposals are proposed as; None when there are none."""
        findings, document = request.findings, request.findings.document
        if not any(findings.found.values()):
            return None
        current = self._selection.category_id
        if not findings.category and current is not None:
            return document.categories[current]
        name = findings.category or UNNAMED
        category = document.category_named(name)
        if category is None and not findings.category:
            category = next(iter(document.categories.values()), None)
        return self._new_category(request, name) if category is None else category

    def _new_category(self, request: _Request, name: str) -> Category:
        """One to be added; every plan has the same."""
        if request.new_category is None:
            category = self._categories.new_category(name)
            request.new_category = as_placeholder(category) if name == UNNAMED else category
        return request.new_category
