"""Texts the window shows that are not its own, for the translations: Qt's dialogs', and what the weights say."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

# Qt's own Chinese lacks these. The file dialog is Qt's only where the desktop has none to offer.
QT = (
    QT_TRANSLATE_NOOP("QFileDialog", "&Look in:"),
    QT_TRANSLATE_NOOP("QFileDialog", "Files of &type:"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "Folder"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "File"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "%1 File"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "File Folder"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "Drive"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "Unknown"),
)
# What the checkpoint that ships says about itself, and what any says that was not told.
WEIGHTS = (
    QT_TRANSLATE_NOOP("Checkpoint", "trained from scratch for TinySAM Annotator"),
    QT_TRANSLATE_NOOP(
        "Checkpoint",
        "93 COCO 2017 photos under CC BY, CC BY-SA or without known restrictions (annotations CC BY 4.0, COCO "
        "Consortium); 296 public-domain photos of cats; 660 CC0 microscopy images of nuclei (2018 Data Science Bowl, "
        "stage 1); mixes of these and synthetic scenes",
    ),
    QT_TRANSLATE_NOOP("Checkpoint", "mean IoU, ground-truth box"),
    QT_TRANSLATE_NOOP("Checkpoint", "mean IoU, one click"),
    QT_TRANSLATE_NOOP("Checkpoint", "not stated"),
)


def said_by_weights(text: str) -> str:
    """What a checkpoint says about itself in the language in effect, as far as that is known; else as it is."""
    return QCoreApplication.translate("Checkpoint", text)
