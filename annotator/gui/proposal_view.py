"""Which stored proposals of the image on screen are shown, and which of them is pointed at or selected."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Change, Instance, StoredProposal
from annotator.gui.document_model import DocumentModel
from annotator.gui.timers import single_shot
from annotator.segment.levels import NO_LEVELS, Levels, levels_of


class ProposalView(QObject):
    """The two filters, hovering and the selection, shared by canvas and panel; only what is shown can be chosen."""

    changed = Signal()  # what is shown, or could be
    hover_changed = Signal()
    selection_changed = Signal()

    def __init__(self, model: DocumentModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._image_id: int | None = None
        self._least_score = 0.0
        self._level = 0
        self._is_visible = True
        self._hovered_id: int | None = None
        self._selected_ids: frozenset[int] = frozenset()
        self._levels: Levels | None = None
        # One edit changes hundreds of records, and tells of each.
        self._catch_up = single_shot(self, 0, self._invalidate)
        model.document_replaced.connect(self._on_document_replaced)
        model.proposal_changed.connect(self._on_changed)
        model.instance_changed.connect(self._on_changed)

    # -- what is shown -----------------------------------------------------------------------------------------------

    def set_image(self, image_id: int | None) -> None:
        """Another image is on screen; the filters stay."""
        self._image_id = image_id
        self._invalidate()

    @property
    def is_visible(self) -> bool:
        """Whether proposals are drawn, and can be chosen, at all."""
        return self._is_visible

    def set_visible(self, visible: bool) -> None:
        """Show or hide all of them."""
        self._is_visible = visible
        self._invalidate()

    @property
    def least_score(self) -> float:
        """Only proposals with at least this predicted IoU are shown."""
        return self._least_score

    def set_least_score(self, score: float) -> None:
        """Filter by predicted IoU, 0..1."""
        if score != self._least_score:
            self._least_score = score
            self._invalidate()

    @property
    def level(self) -> int:
        """0 for whole objects, up to `finest`."""
        return min(self._level, self.finest)

    def set_level(self, level: int) -> None:
        """Choose how fine the parts are that are shown."""
        if level != self._level:
            self._level = level
            self._invalidate()

    @property
    def finest(self) -> int:
        """The deepest level there is with this least score."""
        return self._get_levels().finest

    @property
    def shown(self) -> tuple[StoredProposal, ...]:
        """Those that pass both filters, oldest first, which is best first within one run."""
        return self._get_levels().at(self.level) if self._is_visible else ()

    @property
    def passing(self) -> int:
        """How many have the least score, on whatever level."""
        return len(self._get_levels().proposals)

    @property
    def all(self) -> tuple[StoredProposal, ...]:
        """What the image has, shown or not."""
        return tuple(self._proposals())

    @property
    def total(self) -> int:
        """How many the image has."""
        return len(self._proposals())

    def _proposals(self) -> list[StoredProposal]:
        return [] if self._image_id is None else list(self._model.document.proposals_of(self._image_id))

    def _get_levels(self) -> Levels:
        if self._levels is None:
            if self._image_id is None:
                self._levels = NO_LEVELS
            else:
                self._levels = levels_of(self._model.document, self._image_id, least_score=self._least_score)
        return self._levels

    # -- pointing and selecting --------------------------------------------------------------------------------------

    @property
    def hovered_id(self) -> int | None:
        """The proposal under the pointer, on the canvas or in the list."""
        return self._hovered_id

    def hover(self, proposal_id: int | None) -> None:
        """Point at a proposal, or at none."""
        if proposal_id != self._hovered_id:
            self._hovered_id = proposal_id
            self.hover_changed.emit()

    @property
    def selected_ids(self) -> frozenset[int]:
        """The selected proposals."""
        return self._selected_ids

    def select(self, proposal_ids: Iterable[int]) -> None:
        """Select these of the shown ones and no others."""
        chosen = frozenset(proposal_ids) & {proposal.id for proposal in self.shown}
        if chosen != self._selected_ids:
            self._selected_ids = chosen
            self.selection_changed.emit()

    # -- following ---------------------------------------------------------------------------------------------------

    def _invalidate(self) -> None:
        self._levels = None
        shown_ids = {proposal.id for proposal in self.shown}
        if self._hovered_id not in shown_ids:
            self.hover(None)
        self.select(self._selected_ids & shown_ids)
        self.changed.emit()

    def _on_changed(self, change: Change) -> None:
        record = change.after or change.before
        assert isinstance(record, Instance | StoredProposal)
        # A new mask or category of an instance, as while it is painted, changes no level.
        is_other = change.before is None or change.after is None or isinstance(record, StoredProposal)
        if record.image_id == self._image_id and is_other:
            self._levels = None
            self._catch_up.start()

    def _on_document_replaced(self) -> None:
        self.set_image(None)
