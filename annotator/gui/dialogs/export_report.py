"""What became of an export: counts, the worst mask, and what the format cannot hold, as a text to copy."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from annotator.core.formats.options import ExportOptions
from annotator.core.formats.report import NOT_KEPT, ExportReport
from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.language import translated

_LISTED = 10


@dataclass(frozen=True)
class Exported:
    """What an export has come to, and what was asked for. left_out: how many proposals that leaves out."""

    report: ExportReport
    options: ExportOptions
    left_out: int


class ExportReportDialog(QDialog):
    """Not modal: whoever is at work when the export ends goes on working."""

    def __init__(self, exported: Exported, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Exported"))
        self.setModal(False)
        self.text = QPlainTextEdit("\n".join(self._lines(exported)), self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Report on the export"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.copy = buttons.addButton(self.tr("&Copy the text"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.text.toPlainText()))
        buttons.rejected.connect(self.reject)
        drop_button_icons(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.resize(560, 320)

    def _lines(self, exported: Exported) -> list[str]:
        report = exported.report
        lines = [self.tr("Written: %1").replace("%1", str(path)) for path in report.files]
        lines.append(self.tr("Images: %1").replace("%1", f"{report.images:n}"))
        if report.instances:
            text = self.tr("Instances: %1, %2 of them with exactly the same mask")
            lines.append(text.replace("%1", str(report.instances)).replace("%2", str(report.exact)))
            lines.append(self.tr("Worst IoU: %1").replace("%1", f"{report.worst_iou:.4f}"))
        else:
            lines.append(self.tr("Instances: none; nothing was chosen that could be exported"))
        lines += self._left_out(exported)
        for deviation in report.changed[:_LISTED]:
            text = self.tr("    instance %1: IoU %2")
            lines.append(text.replace("%1", str(deviation.instance_id)).replace("%2", f"{deviation.iou:.4f}"))
        if len(report.changed) > _LISTED:
            lines.append(self.tr("    and %n more", "", len(report.changed) - _LISTED))
        if report.missing:
            text = self.tr("Did not come back when it was read again: %1")
            lines.append(text.replace("%1", self._instances(report.missing)))
        if report.losses:
            lines += ["", self.tr("What the format does not hold:")]
        for loss in report.losses:
            where = f" ({self._instances(loss.instance_ids)})" if loss.instance_ids else ""
            lines.append(f"    {self._clause(loss.what)}{where}")
        return lines

    def _left_out(self, exported: Exported) -> list[str]:
        if not exported.left_out:
            return []
        if exported.options.accepted_only:
            text = self.tr(
                "%n proposal(s) left out: only what a review has accepted was to be exported", "", exported.left_out
            )
        else:
            text = self.tr(
                "%n proposal(s) left out: accept them first, or tick that proposals are exported, too",
                "",
                exported.left_out,
            )
        return [text]

    def _instances(self, instance_ids: tuple[int, ...]) -> str:
        named = ", ".join(map(str, instance_ids[:_LISTED]))
        if len(instance_ids) > _LISTED:
            named += ", ..."
        return self.tr("%n instance(s): %1", "", len(instance_ids)).replace("%1", named)

    def _clause(self, clause: str) -> str:
        """A loss in the window's language; one that names files or numbers is a Sentence."""
        known = {
            NOT_KEPT: self.tr("ids, provenance, attributes, groups, locks, reviews and notes"),
            "categories are numbered from 0 in their order": self.tr("categories are numbered from 0 in their order"),
            "categories are numbered from 1 in their order": self.tr("categories are numbered from 1 in their order"),
            "categories without instances are not kept": self.tr("categories without instances"),
            "crowds become ordinary instances": self.tr("crowds: they become ordinary instances"),
            "instances without a pixel are left out": self.tr("instances without a pixel: they are left out"),
            "pixels that a later instance covers are lost": self.tr("pixels that a later instance covers"),
            "crowds and instances without a pixel stay run-lengths": self.tr(
                "polygons of crowds and of instances without a pixel: they stay run-lengths"
            ),
            "no images are set apart for validation: data.yaml names the training images for it": self.tr(
                "no images are set apart for validation: data.yaml names the training images for it"
            ),
        }
        return known.get(clause, translated(clause))
