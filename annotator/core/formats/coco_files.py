"""COCO files made for others: parts of the dataset, split into training and validation, with polygons if wanted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from annotator.core import coco
from annotator.core.document import Document, Instance, StoredProposal
from annotator.core.formats.files import copy_image, new_folder
from annotator.core.formats.losses import HOLES_BRIDGED, renamed
from annotator.core.formats.names import copy_names
from annotator.core.formats.on_disk import ImagesOnDisk
from annotator.core.formats.options import ExportOptions, Shape, validation_images
from annotator.core.formats.progress import Progress
from annotator.core.formats.report import Loss, Remarks
from annotator.core.polygons import count_parts_and_holes, one_polygon, polygons, to_coco
from annotator.errors import SaveError, reason_of

Annotation = Instance | StoredProposal

IMAGES_NAME = "images"
"""The folder of the copies, beside the file."""

_MANY_PARTS = 100
"""Readers unite the polygons of an instance one by one, which takes them minutes for thousands: above this number the
parts are joined by bridges."""


def write(
    document: Document, out: Path, options: ExportOptions, progress: Progress, named_among: Sequence[str]
) -> tuple[tuple[Path, ...], Remarks]:
    """Write `out`, or "NAME-train.json" and "NAME-val.json" beside it when there is a split.

    document: one's own, which becomes what is written. named_among: see ImageIndex.
    Returns the files and what is lost. Raises SaveError when one of them, or a copy of an image, is there already.
    """
    train_and_val = [out.with_name(f"{out.stem}-{split}{out.suffix}") for split in ("train", "val")]
    files = tuple(train_and_val) if options.val_fraction > 0 else (out,)
    copies = out.parent / IMAGES_NAME
    for path in [*files, *([copies] if options.copy_images else [])]:
        if os.path.lexists(path):
            raise SaveError("{path} exists already: choose another place, nothing there is replaced.", path=path)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(
            "The folder {parent} cannot be made ({reason}): choose another place.",
            parent=out.parent,
            reason=reason_of(error),
        ) from error
    try:
        notes = _copy(document, copies, progress, named_among) if options.copy_images else Remarks()
        for path, part in zip(files, _parts(document, options), strict=True):
            coco.write(part, path)
    except BaseException:  # all or nothing; none of this was there before
        for path in files:
            path.unlink(missing_ok=True)
        if options.copy_images:
            shutil.rmtree(copies, ignore_errors=True)
        raise
    return files, Remarks(tuple(_losses(document, options))) + notes


def _copy(document: Document, copies: Path, progress: Progress, named_among: Sequence[str]) -> Remarks:
    """Copy the images, and have the document name the copies from then on."""
    names = copy_names(named_among)
    disk = ImagesOnDisk(document)
    images = list(document.images.values())
    with new_folder(copies) as folder:
        for image in progress.over(images):
            disk.look(image)
            copy_image(document, image.id, folder / names[image.path])
    # Not put: that an image keeps its file is for documents that are edited.
    document.images.update({image.id: replace(image, path=names[image.path]) for image in images})
    document.image_root = copies
    return Remarks(tuple(renamed([image.path for image in images if names[image.path] != image.path])), disk.notes())


def _parts(document: Document, options: ExportOptions) -> list[Document]:
    """The documents to write, as they are to be spelt: the whole one, or training and validation."""
    for annotation in document.annotations_in_order():
        document.put(_spelt(annotation, options))
    for category in list(document.categories.values()):
        document.put(replace(category, is_bare=False))
    if options.val_fraction <= 0:
        return [document]
    validation = validation_images(document, options)
    return [_without_images(document, validation), _without_images(document, set(document.images) - validation)]


def _losses(document: Document, options: ExportOptions) -> Iterator[Loss]:
    if options.shape is not Shape.POLYGONS:
        return
    annotations = document.annotations_in_order()
    if kept := tuple(a.id for a in annotations if _stays(a)):
        yield Loss("crowds and instances without a pixel stay run-lengths", kept)
    as_polygons = ((a.id, *count_parts_and_holes(a.mask)) for a in annotations if not _stays(a))
    if bridged := tuple(number for number, parts, holes in as_polygons if holes or parts > _MANY_PARTS):
        yield Loss(HOLES_BRIDGED, bridged)


def _without_images(document: Document, image_ids: frozenset[int] | set[int]) -> Document:
    part = document.snapshot()
    for image_id in image_ids:
        on_image: list[Annotation] = [*part.instances_of(image_id), *part.proposals_of(image_id)]
        for annotation in on_image:
            part.remove(annotation)
        part.remove(part.images[image_id])
    return part


def _stays(annotation: Annotation) -> bool:
    # COCO's own crowds are run-lengths, and its readers expect them to be.
    return (isinstance(annotation, Instance) and annotation.iscrowd) or not annotation.mask.area


def _spelt(annotation: Annotation, options: ExportOptions) -> Annotation:
    """The annotation as the file is to spell it."""
    annotation = replace(annotation, is_bare=False)  # pycocotools asks for what is left out
    if options.shape is Shape.KEEP:
        return annotation
    if options.shape is Shape.EXACT or _stays(annotation):
        return replace(annotation, verbatim=None)
    mask = annotation.mask
    rings = polygons(mask, tolerance=options.tolerance)
    if len(rings) > _MANY_PARTS:
        rings = [one_polygon(mask, tolerance=options.tolerance)]
    shape = {"segmentation": to_coco(rings), "area": mask.area, "bbox": list(mask.bbox)}
    return replace(annotation, verbatim=shape)
