"""What became of an export: whether all masks came back, where it is, and what the format cannot hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from annotator.core.formats.losses import NOT_KEPT, PROPOSALS_ACCEPTED
from annotator.core.formats.options import ExportOptions
from annotator.core.formats.report import ExportReport, Loss
from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.dialogs.sections import Section, SectionsView
from annotator.gui.format_names import format_name
from annotator.gui.language import listing, translated

_LISTED = 10


@dataclass(frozen=True)
class Exported:
    """What an export has come to, and what was asked for. format: one of core's FORMATS.

    left_out: how many proposals that leaves out.
    """

    report: ExportReport
    options: ExportOptions
    left_out: int
    format: str


class ExportReportDialog(QDialog):
    """Not modal: whoever is at work when the export ends goes on working."""

    def __init__(self, exported: Exported, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Exported"))
        self.setModal(False)
        self._exported = exported
        sections = list(self._sections())
        self.headline = QLabel(self._headline(), self)
        font = self.headline.font()
        font.setBold(True)
        self.headline.setFont(font)
        self.verdict = QLabel(self._verdict(), self)
        for label in (self.headline, self.verdict):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text = SectionsView(self.tr("Report on the export"), self)
        self.text.show_sections(sections)
        summary = "\n".join([self.headline.text(), self.verdict.text()])
        self.plain_text = "\n\n".join([summary, *(section.as_text() for section in sections)])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.copy = buttons.addButton(self.tr("&Copy the text"), role)
        self.show_folder = buttons.addButton(self.tr("Open the &folder"), role)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.plain_text))
        self.show_folder.clicked.connect(self._on_show_folder)
        for button in (self.copy, self.show_folder):
            button.setAutoDefault(False)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        buttons.rejected.connect(self.reject)
        drop_button_icons(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.headline)
        column.addWidget(self.verdict)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.resize(600, 400)
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()

    @property
    def folder(self) -> Path:
        """The folder to look for the export in."""
        first = self._exported.report.files[0]
        return first if first.is_dir() else first.parent

    def _on_show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.folder)))

    def _headline(self) -> str:
        report = self._exported.report
        if not report.instances:
            return self.tr("No instances were exported: nothing that was chosen could be")
        text = self.tr("%1 on %2 exported as %3", "so many instances, on so many images, as that format")
        text = text.replace("%1", self._what_was_exported())
        text = text.replace("%2", self.tr("%n image(s)", "", report.images))
        return text.replace("%3", format_name(self._exported.format))

    def _what_was_exported(self) -> str:
        """Proposals are named where the format knows them; elsewhere they have become instances."""
        report = self._exported.report
        proposals = report.proposals if self._exported.format == "coco" else 0
        instances = self.tr("%n instance(s)", "", report.instances - proposals)
        if not proposals:
            return instances
        text = self.tr("%1 and %2", "so many instances and so many proposals").replace("%1", instances)
        return text.replace("%2", self.tr("%n proposal(s)", "", proposals))

    def _verdict(self) -> str:
        report = self._exported.report
        if not report.instances:
            return self.tr("%n image(s) exported without instances.", "", report.images)
        if report.exact == report.instances:
            return self.tr("Read again, all masks are exactly the same.")
        text = self.tr("Read again, %1 of %2 masks are exactly the same; the worst IoU is %3.")
        worst = 0.0 if report.missing else report.worst_iou
        text = text.replace("%1", str(report.exact)).replace("%2", str(report.instances))
        return text.replace("%3", f"{worst:.4f}")

    def _sections(self) -> Iterator[Section]:
        report = self._exported.report
        if left_out := self._left_out():
            yield Section(self.tr("Left out"), (left_out,))
        if report.missing:
            yield Section(self.tr("Did not come back when it was read again"), (self._instances(report.missing),))
        if report.notes:
            yield Section(self.tr("Good to know"), tuple(translated(note) for note in report.notes))
        if report.losses:
            title = self.tr("What %1 does not hold").replace("%1", format_name(self._exported.format))
            yield Section(title, tuple(map(self._loss, report.losses)))
        if report.changed:  # after their reasons
            yield Section(self.tr("Masks that have changed"), tuple(self._changed()))
        yield Section(self.tr("Written"), tuple(map(str, report.files)))

    def _changed(self) -> Iterator[str]:
        changed = self._exported.report.changed
        for deviation in changed[:_LISTED]:
            text = self.tr("instance %1: IoU %2").replace("%1", str(deviation.instance_id))
            yield text.replace("%2", f"{deviation.iou:.4f}")
        if len(changed) > _LISTED:
            yield self.tr("and %n more", "", len(changed) - _LISTED)

    def _left_out(self) -> str:
        count = self._exported.left_out
        if not count:
            return ""
        if self._exported.options.accepted_only:
            return self.tr("%n proposal(s): only what a review has accepted was to be exported", "", count)
        return self.tr("%n proposal(s): accept them first, or tick that proposals are exported, too", "", count)

    def _loss(self, loss: Loss) -> str:
        text = self._clause(loss.what)
        if loss.instance_ids:
            which = self._instances(loss.instance_ids)
            text = (
                self.tr("%1 (%2)", "a loss, and the instances it is true of").replace("%2", which).replace("%1", text)
            )
        if loss.held_by:
            names = self.tr(" or ", "between the formats to export as").join(map(format_name, loss.held_by))
            text = self.tr("%1. To keep this, export as %2").replace("%2", names).replace("%1", text)
        return text

    def _instances(self, instance_ids: tuple[int, ...]) -> str:
        named = listing(list(map(str, instance_ids)), _LISTED)
        return self.tr("%n instance(s): %1", "", len(instance_ids)).replace("%1", named)

    def _clause(self, clause: str) -> str:
        """A loss in the window's language; one that names files or numbers is a Sentence."""
        known = {
            NOT_KEPT: self.tr(
                "ids, provenance, attributes, groups, locks, reviews, notes, colours and supercategories"
            ),
            PROPOSALS_ACCEPTED: self.tr("proposals: they became ordinary instances, as if they had been accepted"),
            "categories are numbered from 0 in their order": self.tr("categories are numbered from 0 in their order"),
            "categories are numbered from 1 in their order": self.tr("categories are numbered from 1 in their order"),
            "categories without instances are not kept": self.tr("categories without instances"),
            "crowds become ordinary instances": self.tr("crowds: they become ordinary instances"),
            "instances without a pixel are left out": self.tr("instances without a pixel: they are left out"),
            "pixels that a later instance covers are lost": self.tr("pixels that a later instance covers"),
            "crowds and instances without a pixel stay run-lengths": self.tr(
                "polygons of crowds and of instances without a pixel: they stay run-lengths"
            ),
        }
        return known.get(clause, translated(clause))
