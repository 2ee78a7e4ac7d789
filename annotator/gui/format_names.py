"""What people call the formats that are imported and exported."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def format_name(code: str) -> str:
    """The name of one of core's FORMATS in the language in effect."""
    translate = QCoreApplication.translate
    names = {
        "coco": "COCO",
        "yolo": translate("Formats", "YOLO segmentation"),
        "voc": "Pascal VOC",
        "masks": translate("Formats", "Mask PNGs"),
        "labelme": "labelme",
    }
    return names[code]
