"""The way in to the foreign formats: reading any of them, and exporting with a proof."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.core import coco
from annotator.core.cancelling import Cancel
from annotator.core.document import Document, Record
from annotator.core.formats import coco_files, coco_loose, labelme, masks, same_file, voc, yolo
from annotator.core.formats.files import new_folder
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.losses import PROPOSALS_ACCEPTED
from annotator.core.formats.options import ExportOptions, selected, with_proposals_as_instances
from annotator.core.formats.progress import Progress
from annotator.core.formats.report import ExportReport, Loss, Remarks, compared
from annotator.core.formats.yolo_classes import folder_of
from annotator.errors import DatasetError, SaveError, Sentence

FORMATS = ("coco", "yolo", "voc", "masks", "labelme")
"""The names of the formats, as the command line knows them."""


@dataclass(frozen=True)
class Imported:
    """What files of another program say. document: with ids of its own. notes: sentences on what was left out."""

    document: Document
    notes: tuple[str, ...]


_OF_LABELME = (b'"shapes"', b'"imageData"', b'"imagePath"', b'"imageHeight"')

_INNER = ("*/SegmentationClass", "*/*/SegmentationClass", "*/data.yaml", "*/masks.json")
"""What shows that a folder has the data sets one further down."""

_Write = Callable[[Document, Path, ExportOptions, Progress, Sequence[str]], Remarks]
_Read = Callable[[Path, ImageIndex, Progress], tuple[Document, tuple[str, ...]]]
_WRITERS: Mapping[str, _Write] = {
    "yolo": yolo.write,
    "voc": voc.write,
    "masks": masks.write,
    "labelme": labelme.write,
}
_READERS: Mapping[str, _Read] = {"yolo": yolo.read, "voc": voc.read, "masks": masks.read, "labelme": labelme.read}


def export(
    document: Document,
    format_name: str,
    out: Path,
    options: ExportOptions,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    cancel: Cancel | None = None,
) -> ExportReport:
    """Write the selected part of the document in one of FORMATS, read it back, and report what became of it.

    out: a file for coco, otherwise a folder that is not there yet or empty. on_progress: told (done, total), first of
    the images written, then of the files read back. Raises SaveError, and OpeningCancelled when `cancel` is set;
    nothing that was there before is changed.
    """
    progress = Progress(on_progress, cancel)
    part = selected(document, options)
    # As of the whole document, or an import into it would not know the names again.
    named_among = [image.path for image in document.images.values() if image.has_size]
    if format_name == "coco":
        files, remarks = coco_files.write(part, out, options, progress, named_among)
        back = _united([coco.read(path, part.image_root) for path in files])
        remarks = _left_out(document) + remarks
        return compared(part, back, files=files, remarks=remarks, proposals=len(part.proposals), progress=progress)
    if not part.images:
        raise SaveError("There is no image to export: choose other categories, or annotate and accept some first.")
    remarks = _left_out(document) + _one_image_each(part)
    accepted = with_proposals_as_instances(part)
    if accepted:
        remarks += Remarks((Loss(PROPOSALS_ACCEPTED, accepted, ("coco",)),))
    with new_folder(out) as folder:
        remarks += _WRITERS[format_name](part, folder, options, progress, named_among)
        # Read back against the document's images: their sizes are known, and they need not have been copied.
        images = ImageIndex.of_document(part, named_among=named_among)
        back, _ = _READERS[format_name](folder, images, progress)
        return compared(part, back, files=(out,), remarks=remarks, proposals=len(accepted), progress=progress)


def _left_out(document: Document) -> Remarks:
    """What no export has, because nothing is known of it."""
    names = [image.path for image in document.images.values() if not image.has_size]
    if not names:
        return Remarks()
    what = Sentence(
        "images that could not be read are left out: {count}, such as {name}", count=len(names), name=names[0]
    )
    return Remarks((Loss(what),))


def _one_image_each(part: Document) -> Remarks:
    """Where several images are one file, make one of them: in a folder of files, they would be in each other's way."""
    names = {image.id: image.path for image in part.images.values()}
    groups = same_file.unite(part)
    if not groups:
        return Remarks()
    what = Sentence(
        "images that are one file become one, with the annotations of all: {count}, such as {name} (images {ids})",
        count=len(groups),
        name=names[groups[0][0]],
        ids=", ".join(map(str, groups[0])),
    )
    return Remarks((Loss(what),))


def read_foreign(
    source: Path,
    format_name: str | None = None,
    *,
    images: ImageIndex | None = None,
    known: Document | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancel: Cancel | None = None,
) -> Imported:
    """Read files of any of FORMATS; None finds out which.

    images: what they may refer to; None takes the images in the source's folder. known: what is imported into, to
    whose images COCO's results refer. on_progress: told (done, total) of
    the files. Raises DatasetError, also when the files refer to none of the images, and OpeningCancelled when `cancel`
    is set.
    """
    if not os.path.exists(source):
        raise DatasetError("{source} does not exist or is out of reach: check its name.", source=source)
    name = detected(source) if format_name is None else format_name
    if name == "coco":
        return Imported(*coco_loose.read(_coco_file(source), None if images is None else images.root, known))
    if images is None:
        images = ImageIndex.of_folder(folder_of(source) if name == "yolo" else _folder(source))
    document, notes = _READERS[name](source, images, Progress(on_progress, cancel))
    if not document.images:
        raise DatasetError(
            "{source} has no annotations of the images in {root}: open the folder that its images are in, or on the "
            "command line name it with --images.",
            source=source,
            root=images.root,
        )
    _require_text(document, source)
    return Imported(document, notes)


def _folder(source: Path) -> Path:
    return source if source.is_dir() else source.parent


def _require_text(document: Document, source: Path) -> None:
    """Raise DatasetError for a name that no file can hold: half a character, as damage and odd file names leave it."""
    for name in (*(c.name for c in document.categories.values()), *(i.path for i in document.images.values())):
        try:
            name.encode("utf-8")
        except UnicodeEncodeError as error:
            raise DatasetError(
                "{source} holds the name {name!a}, which cannot be saved: correct it, or rename the file.",
                source=source,
                name=name,
            ) from error


def detected(source: Path) -> str:
    """The format of a file or folder, by what is in it. Raises DatasetError when it could be anything."""
    if source.is_file():
        if source.suffix.lower() in (".yaml", ".yml"):
            return "yolo"
        return "labelme" if _is_labelme(source) else "coco"
    if any((source / name).is_dir() for name in ("SegmentationClass", "SegmentationObject")):
        return "voc"
    if (source / masks.INDEX_NAME).is_file():
        return "masks"
    if _is_yolo(source):
        return "yolo"
    if inner := sorted({path.parent for name in _INNER for path in source.glob(name)}):
        raise DatasetError(
            "{source} has data sets in it, such as {inner}: choose one of them.", source=source, inner=inner[0]
        )
    if any(map(_is_labelme, source.rglob("*.json"))):
        return "labelme"
    if _coco_in(source):
        return "coco"
    if masks.mask_files(source):
        return "masks"
    raise DatasetError("{source} holds no annotations that are known: say which format with --format.", source=source)


def _coco_in(folder: Path) -> list[Path]:
    """The COCO files in a folder and those in it, as far as a look at their start tells."""
    return [path for name in ("*.json", "*/*.json") for path in sorted(folder.glob(name)) if _is_coco(path)]


def _coco_file(source: Path) -> Path:
    """The file itself, or the only one of a folder."""
    if not source.is_dir():
        return source
    files = _coco_in(source)
    if len(files) == 1:
        return files[0]
    if not files:
        raise DatasetError("{path} is a folder: name the annotation file in it.", path=source)
    raise DatasetError(
        "{source} has {count} COCO files in it, such as {name}: choose one of them.",
        source=source,
        count=len(files),
        name=files[0],
    )


def _is_yolo(folder: Path) -> bool:
    has_names = any(folder.glob("*.y*ml")) or any(folder.glob("*.names")) or (folder / "classes.txt").is_file()
    return has_names or any((folder / "labels").rglob("*.txt"))


def _is_labelme(path: Path) -> bool:
    """Whether a JSON file has shapes; a look at its start must do, because COCO files are large.

    The shapes may come late in it, after the picture itself.
    """
    start = _start_of(path)
    return any(key in start for key in _OF_LABELME) and b'"annotations"' not in start


def _is_coco(path: Path) -> bool:
    """Whether a JSON file has a list of images, or is one of ours."""
    start = _start_of(path)
    return b'"images"' in start or b'"annotations"' in start


def _start_of(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(100_000)
    except OSError:
        return b""


def _united(documents: list[Document]) -> Document:
    first, *others = documents
    for other in others:
        records: tuple[Record, ...] = (*other.images.values(), *other.annotations_in_order())
        for record in records:
            first.put(record)
    return first
