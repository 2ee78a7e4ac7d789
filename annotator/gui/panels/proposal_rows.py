"""The shown proposals of the image on screen as rows."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from annotator.core.document import StoredProposal
from annotator.gui.panels.row_view import MARGIN, Index, RowDelegate, draw_text
from annotator.gui.proposal_view import ProposalView

PROPOSAL_ROLE = Qt.ItemDataRole.UserRole


class ProposalListModel(QAbstractListModel):
    """One row a proposal, highest predicted IoU first."""

    def __init__(self, view: ProposalView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._proposals: list[StoredProposal] = []
        view.changed.connect(self._catch_up)
        self._catch_up()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        return 0 if parent.isValid() else len(self._proposals)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        proposal = self._proposals[index.row()]
        if role == PROPOSAL_ROLE:
            return proposal
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.iou_text(proposal)}   {self.area_text(proposal)}"
        return None

    def iou_text(self, proposal: StoredProposal) -> str:
        """Its predicted IoU, for people."""
        return self.tr("IoU %1").replace("%1", f"{proposal.score:.2f}")

    def area_text(self, proposal: StoredProposal) -> str:
        """Its area, for people."""
        area = f"{proposal.mask.area:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        return self.tr("%1 px").replace("%1", area)

    def proposal_id(self, row: int) -> int:
        """The proposal of that row."""
        return self._proposals[row].id

    def rows_of(self, proposal_ids: frozenset[int]) -> list[int]:
        """The rows of those of them that are listed."""
        return [row for row, proposal in enumerate(self._proposals) if proposal.id in proposal_ids]

    def _catch_up(self) -> None:
        proposals = sorted(self._view.shown, key=lambda proposal: -proposal.score)
        if proposals != self._proposals:
            self.beginResetModel()
            self._proposals = proposals
            self.endResetModel()


class ProposalDelegate(RowDelegate):
    """Predicted IoU at the left, area at the right."""

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, ProposalListModel)
        proposal: StoredProposal = index.data(PROPOSAL_ROLE)
        room = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        draw_text(painter, option, room, model.iou_text(proposal))
        draw_text(painter, option, room, model.area_text(proposal), right=True, faint=True)
