"""Pascal VOC segmentation: two palette PNGs for each image, one of classes and one of objects.

    SegmentationClass/NAME.png     0 background, 1.. the class, 255 not labelled
    SegmentationObject/NAME.png    0 background, 1.. the object, 255 not labelled
    ImageSets/Segmentation/*.txt   the names of the images of train, val and both
    labelmap.txt                   "name:r,g,b::" for each class, background first; VOC itself has none, and labelme
                                   writes class_names.txt instead, a name a line
    JPEGImages/NAME.jpg            copies, when asked for

A pixel belongs to one object, so of overlapping instances the one drawn later has it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotator.core.document import Category, Document, ImageRecord, Instance, Provenance
from annotator.core.formats.files import copy_image, indexed_png, voc_palette, write_bytes, write_text
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.losses import no_crowds, no_empty_masks, not_kept, renaming
from annotator.core.formats.names import copy_name, label_names
from annotator.core.formats.on_disk import ImagesOnDisk
from annotator.core.formats.options import ExportOptions, validation_images
from annotator.core.formats.pixels import read_mask_image, values_of
from annotator.core.formats.progress import Progress
from annotator.core.formats.report import Loss, Remarks
from annotator.core.formats.voc_classes import MAX_NUMBER, VOC_NAMES, VOID, read_classes
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError, SaveError, Sentence


def write(
    document: Document, folder: Path, options: ExportOptions, progress: Progress, named_among: Sequence[str]
) -> Remarks:
    """Fill `folder`; returns what the format cannot hold. named_among: see ImageIndex.

    Raises SaveError for too many categories.
    """
    if len(document.categories) > MAX_NUMBER:
        raise SaveError(
            "Pascal VOC can hold {max_number} categories, not {count}: export fewer at a time.",
            max_number=MAX_NUMBER,
            count=len(document.categories),
        )
    original_names = {category.id: category.name for category in document.categories.values()}
    _put_on_one_line(document)
    class_of = {category_id: number for number, category_id in enumerate(document.categories, start=1)}
    validation = validation_images(document, options)
    labels = label_names(named_among)
    disk = ImagesOnDisk(document)
    sets: dict[str, list[str]] = {"trainval": [], "train": [], "val": []}
    overlapped: list[int] = []
    left_out: list[int] = []
    for image in progress.over(list(document.images.values())):
        disk.look(image)
        label = labels[image.path]
        sets["trainval"].append(label)
        sets["val" if image.id in validation else "train"].append(label)
        instances = list(document.instances_of(image.id))
        left_out += [instance.id for instance in instances[MAX_NUMBER:]]
        objects, covered = _drawn(image, instances[:MAX_NUMBER])
        overlapped += covered
        classes = np.array([0, *(class_of[i.category_id] for i in instances[:MAX_NUMBER])], np.uint8)[objects]
        write_bytes(folder / "SegmentationObject" / f"{label}.png", indexed_png(objects))
        write_bytes(folder / "SegmentationClass" / f"{label}.png", indexed_png(classes))
        if options.copy_images:
            copy_image(document, image.id, folder / "JPEGImages" / copy_name(image.path, label))
    for name, members in sets.items():
        write_text(folder / "ImageSets" / "Segmentation" / f"{name}.txt", "".join(f"{label}\n" for label in members))
    write_text(folder / "labelmap.txt", _labelmap(document))
    used = {image.path: labels[image.path] for image in document.images.values()}
    losses = (*_losses(document, overlapped, left_out), *_name_losses(original_names, document), *renaming(used))
    return Remarks(losses, disk.notes())


def _drawn(image: ImageRecord, instances: list[Instance]) -> tuple[npt.NDArray[np.uint8], list[int]]:
    """The picture of the objects, numbered from 1, and the ids of those that lost pixels to later ones."""
    objects = np.zeros((image.height, image.width), np.uint8)
    covered: set[int] = set()
    for number, instance in enumerate(instances, start=1):
        part, x, y = instance.mask.crop()
        window = objects[y : y + part.shape[0], x : x + part.shape[1]]
        covered.update(np.flatnonzero(np.bincount(window[part])).tolist())
        window[part] = number
    covered.discard(0)
    return objects, [instances[number - 1].id for number in sorted(covered)]


def _labelmap(document: Document) -> str:
    names = ["background", *(category.name for category in document.categories.values())]
    colours = voc_palette().tolist()
    lines = ["# label:color_rgb:parts:actions"]
    lines += [f"{name}:{colours[n][0]},{colours[n][1]},{colours[n][2]}::" for n, name in enumerate(names)]
    return "\n".join(lines) + "\n"


def _put_on_one_line(document: Document) -> None:
    """Give the categories of a document of one's own names that fit on a line each, and are as different as before."""
    used = {category.name for category in document.categories.values() if _plain(category.name) == category.name}
    for category in list(document.categories.values()):
        plain = _plain(category.name)
        if plain != category.name:
            numbered = (f"{plain} {number}" for number in itertools.count(2))
            plain = next(name for name in itertools.chain((plain,), numbered) if name not in used)
            used.add(plain)
            document.put(replace(category, name=plain))


def _plain(name: str) -> str:
    plain = " ".join(name.split()) or "unnamed"
    # A comment to other readers, and to this one where it is the first line of the file.
    return f"_{plain}" if plain.startswith("#") else plain


def _name_losses(names: Mapping[int, str], document: Document) -> Iterator[Loss]:
    """names: those the categories had."""
    if odd := [name for category_id, name in names.items() if document.categories[category_id].name != name]:
        listed = ", ".join(" ".join(name.split()) or repr(name) for name in odd[:5])
        yield Loss(
            Sentence("categories get another name, because theirs does not fit on a line: {names}", names=listed)
        )


def _losses(document: Document, overlapped: list[int], left_out: list[int]) -> Iterator[Loss]:
    yield from not_kept(document)
    yield Loss("categories are numbered from 1 in their order")
    if overlapped:
        yield Loss(
            "pixels that a later instance covers are lost", tuple(overlapped), ("masks", "coco"), leaves_out=True
        )
    if left_out:
        what = Sentence("instances beyond the {most} of an image are left out", most=MAX_NUMBER)
        yield Loss(what, tuple(left_out), ("masks", "coco"), leaves_out=True)
    yield from no_crowds(document)
    yield from no_empty_masks(document)


def read(source: Path, images: ImageIndex, progress: Progress) -> tuple[Document, tuple[str, ...]]:
    """The annotations in the folder `source` of the images in the index; and notes. Raises DatasetError.

    Without SegmentationObject, everything of one class on an image is one instance.
    """
    if not (source / "SegmentationClass").is_dir():
        raise DatasetError(
            "{source} has no folder SegmentationClass, which says of what class the objects are: add it.", source=source
        )
    notes = []
    names, number_of_colour = read_classes(source)
    if names is VOC_NAMES:
        notes.append(
            Sentence(
                "There is no labelmap.txt in {source}, so the classes got the names of the Pascal VOC challenge: check "
                "that they are right.",
                source=source,
            )
        )
    document = Document(images.root)
    for number, name in enumerate(names, start=1):
        document.put(Category(number, name))
    by_object = (source / "SegmentationObject").is_dir()
    folder = source / ("SegmentationObject" if by_object else "SegmentationClass")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".png")
    if not files:
        raise DatasetError(
            "There are no masks in {folder}: choose the folder that SegmentationClass lies in.", folder=folder
        )
    without_image = []
    for path in progress.over(files):
        label = path.relative_to(folder).with_suffix("").as_posix()
        # A document's images keep their own paths, whatever the folder of the copies is called.
        places = [f"JPEGImages/{label}", label]
        image = images.find(*(places if images.is_of(source) else reversed(places)))
        if image is None:
            without_image.append(label)
            continue
        document.put(image)
        classes_path = source / "SegmentationClass" / f"{label}{path.suffix}"
        classes = _classes(classes_path, image, number_of_colour)
        objects = read_mask_image(path, image) if by_object else classes
        _put_instances(document, image, objects, classes, classes_path)
    if without_image:
        notes.append(
            Sentence(
                "Masks without an image in {root}: {count}, such as {name}.",
                count=len(without_image),
                root=images.root,
                name=without_image[0],
            )
        )
    return document, tuple(notes)


def _put_instances(
    document: Document,
    image: ImageRecord,
    objects: npt.NDArray[np.uint32],
    classes: npt.NDArray[np.uint32],
    path: Path,
) -> None:
    for value in values_of(objects, path):
        if value in (VOID, 0xE0E0C0):  # the colour of 255 in VOC's palette
            continue
        mask = objects == value
        inside = classes[mask]
        inside = inside[(inside != 0) & (inside != VOID)]
        if not inside.size:
            raise DatasetError("In {path}, object {value} has no class: correct the mask.", path=path, value=value)
        counts = np.bincount(inside)
        category = int(counts.argmax())
        if category not in document.categories:
            raise DatasetError(
                "{path} holds the class {category}, which has no name: add it to labelmap.txt.",
                path=path,
                category=category,
            )
        provenance = Provenance(source="imported")
        number = document.take_id(Instance)
        document.put(Instance(number, image.id, category, RunLengths.from_mask(mask), provenance=provenance))


def _classes(path: Path, image: ImageRecord, number_of_colour: dict[int, int]) -> npt.NDArray[np.uint32]:
    """The class of each pixel; colours are looked up in the label map."""
    classes = read_mask_image(path, image)
    if not classes.size or classes.max() <= VOID:
        return classes
    numbers = np.zeros(classes.shape, np.uint32)
    for colour in values_of(classes, path):
        if colour not in number_of_colour:
            raise DatasetError(
                "{path} holds the colour #{colour:06x}, which is not in labelmap.txt: add it there.",
                path=path,
                colour=colour,
            )
        numbers[classes == colour] = number_of_colour[colour]
    return numbers
