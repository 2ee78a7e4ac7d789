"""COCO files made for others: parts of the dataset, split into training and validation, with polygons if wanted."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from annotator.core import coco
from annotator.core.document import Document, Instance, StoredProposal
from annotator.core.formats.files import copy_image, new_folder
from annotator.core.formats.options import ExportOptions, Shape, validation_images
from annotator.core.formats.progress import Progress
from annotator.core.formats.report import Loss
from annotator.core.polygons import one_polygon, polygons, to_coco
from annotator.errors import SaveError, reason_of

Annotation = Instance | StoredProposal

IMAGES_NAME = "images"
"""The folder of the copies, beside the file."""

_MANY_PARTS = 100
"""Readers unite the polygons of an instance one by one, which takes them minutes for thousands: above this number the
parts are joined by bridges."""


def write(
    document: Document, out: Path, options: ExportOptions, progress: Progress
) -> tuple[tuple[Path, ...], tuple[Loss, ...]]:
    """Write `out`, or "NAME-train.json" and "NAME-val.json" beside it when there is a split.

    Returns the files and what is lost. Raises SaveError when one of them, or a copy of an image, is there already.
    """
    validation = validation_images(document, options)
    parts = {out: document}
    if options.val_fraction > 0:
        parts = {
            out.with_name(f"{out.stem}-train{out.suffix}"): _without_images(document, validation),
            out.with_name(f"{out.stem}-val{out.suffix}"): _without_images(document, set(document.images) - validation),
        }
    copies = out.parent / IMAGES_NAME
    for path in [*parts, *([copies] if options.copy_images else [])]:
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
    if options.copy_images:
        with new_folder(copies) as folder:
            for image in progress.over(list(document.images.values())):
                copy_image(document, image.id, folder / image.path)
    for path, part in parts.items():
        if options.copy_images:
            part.image_root = copies
        for annotation in part.annotations_in_order():
            part.put(_spelt(annotation, options))
        for category in list(part.categories.values()):
            part.put(replace(category, is_bare=False))
        coco.write(part, path)
    losses: tuple[Loss, ...] = ()
    if options.shape is Shape.POLYGONS and (kept := tuple(a.id for a in document.annotations_in_order() if _stays(a))):
        losses = (Loss("crowds and instances without a pixel stay run-lengths", kept),)
    return tuple(parts), losses


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
