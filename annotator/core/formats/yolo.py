"""YOLO segmentation: a text file for each image, a line for each instance.

A line is "class x y x y ...", in shares of the width and height.

    data.yaml                    the names of the classes and where the images are
    labels/train/NAME.txt        and labels/val when there is a split
    images/train/NAME.jpg        copies when asked for, otherwise links to the images

An instance is one polygon: its parts are joined by bridges and its holes too, as trainers expect. Five numbers on a
line are a box: class, centre, size.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from annotator.core.document import Category, Document, ImageRecord, Instance, Provenance
from annotator.core.formats.files import copy_image, read_text, write_text
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.losses import bridges, no_crowds, no_empty_masks, no_pixels, not_kept, renaming
from annotator.core.formats.names import NEVER_FOLDERS_OF_YOLO, copy_name, label_names
from annotator.core.formats.on_disk import ImagesOnDisk
from annotator.core.formats.options import ExportOptions, validation_images
from annotator.core.formats.progress import Progress
from annotator.core.formats.report import Loss, Remarks
from annotator.core.formats.yolo_classes import Classes, folder_of, read_classes
from annotator.core.geometry import RunLengths
from annotator.core.polygons import one_polygon
from annotator.errors import ClauseError, DatasetError, Sentence, reason_of

_SPLITS = ("train", "val", "valid", "test")
_NOT_LABELS = frozenset({"classes", "train", "val", "valid", "test", "readme", "readme.roboflow", "readme.dataset"})


def write(
    document: Document, folder: Path, options: ExportOptions, progress: Progress, named_among: Sequence[str]
) -> Remarks:
    """Fill `folder`; returns what the format cannot hold. named_among: see ImageIndex."""
    index = {category_id: number for number, category_id in enumerate(document.categories)}
    validation = validation_images(document, options)
    labels = label_names(named_among, never_folders=NEVER_FOLDERS_OF_YOLO)
    disk = ImagesOnDisk(document)
    without_file = 0
    for image in progress.over(list(document.images.values())):
        disk.look(image)
        split = "val" if image.id in validation else "train"
        label = labels[image.path]
        lines = [
            line
            for instance in document.instances_of(image.id)
            if (line := _line(index[instance.category_id], instance.mask, options.tolerance))
        ]
        write_text(folder / "labels" / split / f"{label}.txt", "".join(f"{line}\n" for line in lines))
        target = folder / "images" / split / copy_name(image.path, label)
        if options.copy_images:
            copy_image(document, image.id, target)
        else:
            without_file += not _link(document.image_path(image.id), target)
    write_text(folder / "data.yaml", _data_yaml(document, has_split=bool(validation)))
    used = {image.path: labels[image.path] for image in document.images.values()}
    losses = (
        *not_kept(document),
        Loss("categories are numbered from 0 in their order"),
        *no_crowds(document),
        *no_empty_masks(document),
        *bridges(document, parts_too=True, held_by=("coco", "masks")),
        *renaming(used),
    )
    linked = 0 if options.copy_images else len(document.images) - without_file
    return Remarks(losses, (*_notes(linked, without_file, has_split=bool(validation)), *disk.notes()))


def _link(source: Path, target: Path) -> bool:
    """Whether there is a link to the image in the end: trainers find labels by where an image seems to lie."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not source.is_file():
        return False
    try:
        target.symlink_to(os.path.abspath(source))
    except OSError:  # Windows asks for a permission, and not every disk has links
        return False
    return True


def _notes(linked: int, without_file: int, *, has_split: bool) -> Iterator[Sentence]:
    if linked:
        yield Sentence(
            'The folder "images" holds links to the images where they lie now: copy the images, too, for an export '
            "that goes to another place."
        )
    if without_file:
        yield Sentence(
            'Images that are not in the folder "images" of the export, where trainers look for them: {count}. Put them '
            "there under the names that their label files have, or export again with copies of the images.",
            count=without_file,
        )
    if not has_split:
        yield Sentence(
            "No images are set apart for validation: data.yaml names the training images for it, and scores measured "
            "on them say nothing about new images."
        )


def _line(number: int, mask: RunLengths, tolerance: float) -> str:
    corners = one_polygon(mask, tolerance=tolerance)
    if not len(corners):
        return ""
    shares = corners / (mask.width, mask.height)
    # Nine digits bring a corner back to its pixel in images of any size that can be opened.
    return f"{number} " + " ".join(f"{share:.9g}" for share in shares.ravel().tolist())


def _data_yaml(document: Document, *, has_split: bool) -> str:
    # Not with the module: the window imports that when it starts.
    import yaml  # type: ignore[import-untyped]

    # Without a "path" trainers take the folder of this file. Ultralytics (check_det_dataset) refuses a file without
    # "val", so the training images stand in for a split that was not asked for; the file and the report say so.
    content = {
        "train": "images/train",
        "val": "images/val" if has_split else "images/train",
        "names": {number: category.name for number, category in enumerate(document.categories.values())},
    }
    text: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    return text if has_split else f"# No images were set apart for validation: val repeats train.\n{text}"


def read(source: Path, images: ImageIndex, progress: Progress) -> tuple[Document, tuple[str, ...]]:
    """The annotations under `source`, a folder or a data.yaml, of the images in the index; and notes.

    Raises DatasetError, which names the file and line.
    """
    folder = folder_of(source)
    classes = read_classes(source)
    document = Document(images.root)
    for number, name in enumerate(classes.names):
        document.put(Category(number + 1, name))
    without_image = []
    empty = 0
    files = _label_files(folder)
    for path in progress.over(files):
        label = path.relative_to(folder).with_suffix("").as_posix()
        image = images.find(*_image_names(label, in_place=images.is_of(folder)))
        if image is None:
            without_image.append(path.name)
        elif image.id not in document.images:
            document.put(image)
            empty += _read_labels(path, image, document, classes)
        elif read_text(path).strip():
            raise DatasetError(
                "{path} is a second label file of the image {image}: keep one of them.", path=path, image=image.path
            )
    if not files:
        raise DatasetError(
            "There are no YOLO label files (labels/*.txt) in {folder}: choose the folder with data.yaml.", folder=folder
        )
    notes = []
    if without_image:
        notes.append(
            Sentence(
                "Label files without an image in {root}: {count}, such as {name}.",
                count=len(without_image),
                root=images.root,
                name=without_image[0],
            )
        )
    if empty:
        notes.append(no_pixels(empty))
    if classes.has_keypoints and document.instances:
        notes.append(Sentence("Keypoints are left out: each instance is the box that its line begins with."))
    return document, tuple(notes)


def _label_files(folder: Path) -> list[Path]:
    texts = sorted(folder.rglob("*.txt"))
    below = [path for path in texts if "labels" in path.relative_to(folder).parts[:-1]]
    # An image may be called "train" or "classes", too: only what lies beside the labels' folders is a list of classes.
    labels = [path for path in below if not (path.stem.lower() == "classes" and _folders(path, folder) == ["labels"])]
    return labels or [path for path in texts if path.stem.lower() not in _NOT_LABELS]


def _folders(path: Path, folder: Path) -> list[str]:
    """The folders that the file is in, from the first that is called "labels"."""
    *folders, _ = path.relative_to(folder).parts
    return folders[folders.index("labels") :]


def _image_names(label: str, *, in_place: bool) -> list[str]:
    """Where the image of a label file may be, likeliest first; both are paths without ending.

    in_place: the images are those of the dataset, in the folder "images" or beside the labels; otherwise they are a
    document's, which keep their own paths, without the split.
    """
    *folders, name = label.split("/")
    names: list[list[str]] = []
    for at, folder in enumerate(folders):
        if folder == "labels":
            before, rest = folders[:at], [*folders[at + 1 :], name]
            # labels/train/a and train/labels/a are both in use
            without_split = rest[1:] if len(rest) > 1 and rest[0] in _SPLITS else rest
            places = [[*before, "images", *rest], [*before, *rest], rest, without_split]
            names += places if in_place else reversed(places)
    if not names:
        names = [[*folders, name], ["images", *folders, name]]
    return ["/".join(parts) for parts in names]


def _read_labels(path: Path, image: ImageRecord, document: Document, classes: Classes) -> int:
    """Add the instances of one file; returns how many have no pixel and are left out."""
    empty = 0
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            category, mask = _parse_line(line.split(), image, classes)
        except ValueError as error:
            raise DatasetError(
                "In {path}, line {number} cannot be used: {reason}. Correct it or take it out.",
                path=path,
                number=number,
                reason=reason_of(error),
            ) from error
        if not mask.area:
            empty += 1
            continue
        document.put(
            Instance(document.take_id(Instance), image.id, category + 1, mask, provenance=Provenance(source="imported"))
        )
    return empty


def _parse_line(words: list[str], image: ImageRecord, classes: Classes) -> tuple[int, RunLengths]:
    number = words[0].removesuffix(".0")  # as programs write it that know of no whole numbers
    if not number.isascii() or not number.isdigit() or len(number) > 6 or int(number) >= len(classes.names):
        raise ClauseError(
            "its class is {number}, but there are {classes}, counted from 0",
            number=words[0][:20],
            classes=len(classes.names),
        )
    try:
        shares = [float(word) for word in words[1:]]
    except ValueError as error:
        raise ClauseError("its coordinates are not numbers") from error
    if not all(math.isfinite(share) and abs(share) <= 2 for share in shares):
        raise ClauseError("its coordinates are not shares of the image, from 0 to 1")
    if classes.has_keypoints:
        shares = shares[:4]
    if len(shares) == 4:
        x, y, width, height = shares
        left, top, right, bottom = x - width / 2, y - height / 2, x + width / 2, y + height / 2
        shares = [left, top, right, top, right, bottom, left, bottom]
    if len(shares) >= 5 and len(shares) % 2:
        raise ClauseError(
            "it has {count} numbers after the class, neither a box of 4 nor a polygon; if the last is a confidence, "
            "write the labels without",
            count=len(shares),
        )
    if len(shares) < 6:
        raise ClauseError("it has {count} numbers after the class, neither a box of 4 nor a polygon", count=len(shares))
    corners = np.array(shares).reshape(-1, 2) * (image.width, image.height)
    return int(number), RunLengths.from_coco([corners.ravel().tolist()], image.height, image.width)
