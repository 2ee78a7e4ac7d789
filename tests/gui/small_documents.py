"""Documents without files, for lists that do not open any."""

from __future__ import annotations

from pathlib import Path

from annotator.core.dataset import Dataset
from annotator.core.document import Category, Document, ImageRecord
from annotator.gui.document_model import DocumentModel


def small_document(paths: list[str]) -> Document:
    document = Document(Path("/nowhere"))
    for name in ("cat", "dog"):
        document.put(Category(document.take_id(Category), name))
    for path in paths:
        document.put(ImageRecord(document.take_id(ImageRecord), path, 1, 1))
    return document


def open_document(model: DocumentModel, document: Document) -> None:
    model.open(Dataset(document, Path("/nowhere/annotations.coco.json")))
