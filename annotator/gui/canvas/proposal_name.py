"""The field on the canvas that asks what proposals are to be accepted as."""

from __future__ import annotations

from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.name_strip import NameStrip
from annotator.gui.document_model import DocumentModel
from annotator.gui.proposal_changes import ProposalChanges
from annotator.gui.proposal_view import ProposalView
from annotator.gui.selection import Selection


class ProposalNameStrip(NameStrip):
    """Opens with the current category's name; Enter accepts."""

    def __init__(
        self,
        canvas: Canvas,
        model: DocumentModel,
        selection: Selection,
        view: ProposalView,
        changes: ProposalChanges,
    ) -> None:
        super().__init__(canvas, model)
        self._selection = selection
        self._view = view
        self._changes = changes
        self._ids: frozenset[int] = frozenset()
        self.named.connect(self._on_named)
        changes.category_wanted.connect(self._ask)
        view.changed.connect(self._on_view_changed)

    def _ask(self, proposal_ids: frozenset[int]) -> None:
        self._ids = proposal_ids
        category_id = self._selection.category_id
        name = "" if category_id is None else self._model.document.categories[category_id].name
        self.open_strip(self.tr("Accept %n proposal(s) as", "", len(proposal_ids)), name)

    def _on_named(self, name: str) -> None:
        self._changes.accept_as_named(self._ids, name)

    def _on_view_changed(self) -> None:
        if not self._ids.intersection(proposal.id for proposal in self._view.shown):
            self.close_strip()
