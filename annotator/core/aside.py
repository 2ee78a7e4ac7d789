"""Work that was set aside, because its dataset had changed too much: as a document that can be saved and imported."""

from __future__ import annotations

from pathlib import Path

from annotator.core import coco
from annotator.core.document import Category, Document, ImageRecord, Instance, StoredProposal
from annotator.core.edit_codec import decode
from annotator.core.journal_file import DAMAGE, JournalFile
from annotator.core.salvage import NetChanges, nameless, net_changes
from annotator.errors import DatasetError, SaveError, reason_of


def as_document(journal: Path, coco_path: Path) -> Document:
    """What the edits in a journal added or changed: the instances and proposals as they left them, with their images.

    coco_path: the dataset's file, which knows where the images lie and what categories are called that no edit touched;
    it may be gone. Raises SaveError when the journal cannot be read.
    """
    try:
        file = JournalFile(journal, coco_path)
        try:
            images = {image.id: image for image in file.images()}
            known = file.categories()
            net = net_changes([(entry.applied, decode(entry.edit)) for entry in file.entries()])
        finally:
            file.close()
    except (*DAMAGE, OSError) as error:
        raise SaveError(
            "The journal {path} cannot be read ({reason}).", path=journal, reason=reason_of(error)
        ) from error
    return _document(net, images, known, _present(coco_path))


def _present(coco_path: Path) -> Document:
    try:
        return coco.read(coco_path)
    except DatasetError:
        return Document(coco_path.parent)


def _document(
    net: NetChanges, images: dict[int, ImageRecord], known: dict[int, Category], present: Document
) -> Document:
    document = Document(present.image_root)
    left = [after for _, after in net.records.values() if after is not None]
    categories = known | {c.id: c for c in left if isinstance(c, Category)}
    images = images | {i.id: i for i in left if isinstance(i, ImageRecord)}
    for record in left:
        if isinstance(record, Instance | StoredProposal):
            if record.image_id not in images:
                continue  # nobody knows what it was drawn on
            category_id = record.category_id
            unknown = Category(category_id, nameless(category_id))
            document.put(categories.get(category_id) or present.categories.get(category_id) or unknown)
            document.put(images[record.image_id])
        if isinstance(record, Category | ImageRecord) or record.image_id in images:
            document.put(record)
    return document
