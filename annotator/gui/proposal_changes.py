"""What the user does to stored proposals, as Edits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Category, StoredProposal
from annotator.core.edits import AcceptProposals, AddCategory, Edit, RemoveCategory, ReplaceProposals, Together
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.document_model import DocumentModel
from annotator.gui.proposal_view import ProposalView
from annotator.gui.selection import Selection
from annotator.segment.levels import parts_without
from annotator.segment.stored_proposals import abandoned_placeholders


class ProposalChanges(QObject):
    """Every method is one edit, or none; only proposals that are shown can be accepted."""

    category_wanted = Signal(object)  # frozenset of the ids that wait for a name
    accepted = Signal(int)  # the new instance's id, when it is one

    def __init__(
        self,
        model: DocumentModel,
        selection: Selection,
        view: ProposalView,
        categories: CategoryChanges,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._view = view
        self._categories = categories

    def accept(self, proposal_ids: Iterable[int]) -> None:
        """Make these instances of the current category, or ask for a category."""
        wanted = frozenset(proposal_ids)
        if not self._shown(wanted):
            return
        if self._selection.category_id is None:
            self.category_wanted.emit(wanted)
        else:
            self._accept_as(wanted, self._model.document.categories[self._selection.category_id])

    def accept_as_named(self, proposal_ids: Iterable[int], name: str) -> None:
        """The same with the category of that name, which is made if it is new and is the current one then."""
        category = self._model.document.category_named(name)
        if category is None:
            self._accept_as(proposal_ids, self._categories.new_category(name), is_new=True)
        else:
            self._accept_as(proposal_ids, category)
            self._selection.set_category(category.id)

    def ask_for_all(self) -> None:
        """Ask which category all that are shown get."""
        shown = frozenset(proposal.id for proposal in self._view.shown)
        if shown:
            self.category_wanted.emit(shown)

    def delete(self, proposal_ids: Iterable[int]) -> None:
        """Throw these away, as far as they are shown; their parts keep their level."""
        self._delete(self._shown(proposal_ids))

    def delete_all(self) -> None:
        """Throw away all proposals of the image, shown or not."""
        self._delete(self._view.all)

    def _delete(self, proposals: tuple[StoredProposal, ...]) -> None:
        if proposals:
            changes = parts_without(self._model.document, proposals)
            befores, afters = (tuple(change[i] for change in changes) for i in (0, 1))
            edit = self._without_placeholders(ReplaceProposals((*proposals, *befores), afters), proposals)
            self._model.push(edit, self.tr("Delete %n proposal(s)", "", len(proposals)))

    def _accept_as(self, proposal_ids: Iterable[int], category: Category, *, is_new: bool = False) -> None:
        proposals = self._shown(proposal_ids)
        if not proposals:
            return
        edit: Edit = AcceptProposals(proposals, category.id)
        if is_new:
            edit = Together((AddCategory(category), edit))
        edit = self._without_placeholders(edit, proposals, used_id=category.id)
        if not self._model.push(edit, self.tr("Accept %n proposal(s)", "", len(proposals))):
            return
        # Delete is to mean the proposal that is pointed at next: neither this one is selected, nor an older one.
        self._selection.select(())
        if len(proposals) == 1:
            self.accepted.emit(proposals[0].id)

    def _without_placeholders(self, edit: Edit, gone: Sequence[StoredProposal], *, used_id: int | None = None) -> Edit:
        """The edit and, when those were the last proposals of a category nobody asked for, that category's end."""
        used = {kept for kept in (used_id, self._selection.category_id) if kept is not None}
        unused = abandoned_placeholders(self._model.document, gone, used=used)
        return Together((edit, *map(RemoveCategory, unused))) if unused else edit

    def _shown(self, proposal_ids: Iterable[int]) -> tuple[StoredProposal, ...]:
        wanted = frozenset(proposal_ids)
        return tuple(proposal for proposal in self._view.shown if proposal.id in wanted)
