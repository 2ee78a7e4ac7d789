"""A folder of mask PNGs.

Written are palette PNGs in which each number is an instance, and an index that says what the numbers are:

    masks.json       {"categories": [name ...], "images": [{"file_name", "height", "width", "instances":
                     [{"layer", "value", "category", "iscrowd"} ...], "layers": [PNG ...],
                     "copy": where the name of the copy is another} ...]}
    masks/NAME.png   the first layer; instances that overlap one of it are in NAME.1.png and so on
    images/NAME.jpg  copies, when asked for

So every mask comes back exactly. Read are also folders of other programs without an index: every number or colour of a
mask but 0 is an instance; a mask belongs to the image whose name it has or starts with ("photo_cat_2.png" is a cat on
photo.jpg, as is cat/photo.png), or, in a folder "masks", to the image in the folder "images" beside it. TIFF, BMP and
GIF are masks where their name or folder says so.
"""

from __future__ import annotations

import itertools
import json
import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from annotator.core.document import Category, Document, ImageRecord, Instance, Provenance
from annotator.core.formats.files import copy_image, indexed_png, read_text, write_bytes, write_text
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.losses import not_kept, renamed
from annotator.core.formats.names import copy_names, label_names, renamed_images
from annotator.core.formats.on_disk import ImagesOnDisk
from annotator.core.formats.options import ExportOptions
from annotator.core.formats.pixels import (
    is_mask_name,
    is_word_for_masks,
    read_mask_image,
    values_of,
    without_word_for_masks,
)
from annotator.core.formats.progress import Progress
from annotator.core.formats.report import Remarks
from annotator.core.geometry import RunLengths
from annotator.core.json_file import no_json
from annotator.errors import ClauseError, DatasetError, Sentence, reason_of

INDEX_NAME = "masks.json"

_MAX_VALUE = 255
_UNNAMED = "object"
_SEPARATORS = "_-. "
_PLAIN_FOLDERS = ("train", "val", "valid", "test", "images")


def write(
    document: Document, folder: Path, options: ExportOptions, progress: Progress, named_among: Sequence[str]
) -> Remarks:
    """Fill `folder`; returns what the format cannot hold. named_among: see ImageIndex."""
    number_of = {category_id: number for number, category_id in enumerate(document.categories)}
    labels = label_names(named_among)
    copies = copy_names(named_among)
    disk = ImagesOnDisk(document)
    odd: set[str] = set(renamed_images({image.path: labels[image.path] for image in document.images.values()}))
    taken = {f"masks/{label}.png".casefold() for label in labels.values()}
    index: dict[str, Any] = {"categories": [c.name for c in document.categories.values()], "images": []}
    for image in progress.over(list(document.images.values())):
        disk.look(image)
        label = labels[image.path]
        layers, places = _layered(image, list(document.instances_of(image.id)))
        names = [f"masks/{label}.png", *itertools.islice(_free_names(label, taken), len(layers) - 1)]
        for name, layer in zip(names, layers, strict=True):
            write_bytes(folder / name, indexed_png(layer))
        instances = [
            {"layer": layer, "value": value, "category": number_of[i.category_id], "iscrowd": int(i.iscrowd)}
            for i, (layer, value) in zip(document.instances_of(image.id), places, strict=True)
        ]
        size = {"height": image.height, "width": image.width}
        record = {"file_name": image.path, **size, "layers": names, "instances": instances}
        if options.copy_images:
            copy_image(document, image.id, folder / "images" / copies[image.path])
            if copies[image.path] != image.path:
                record["copy"] = copies[image.path]
                odd.add(image.path)
        index["images"].append(record)
    write_text(folder / INDEX_NAME, json.dumps(index, ensure_ascii=False, indent=1))
    return Remarks((*not_kept(document), *renamed(sorted(odd))), disk.notes())


def _free_names(label: str, taken: set[str]) -> Iterator[str]:
    """Names for further layers that no image's first layer has; they are taken from then on."""
    for number in itertools.count(1):
        name = f"masks/{label}.{number}.png"
        if name.casefold() not in taken:
            taken.add(name.casefold())
            yield name


def _layered(image: ImageRecord, instances: list[Instance]) -> tuple[list[np.ndarray[Any, Any]], list[tuple[int, int]]]:
    """Pictures in which no instance covers another, at least one, and each instance's (picture, number) in them."""
    layers = [np.zeros((image.height, image.width), np.uint8)]
    used = [0]
    places = []
    for instance in instances:
        part, x, y = instance.mask.crop()
        window = np.s_[y : y + part.shape[0], x : x + part.shape[1]]
        fitting = (n for n, layer in enumerate(layers) if used[n] < _MAX_VALUE and not layer[window][part].any())
        chosen = next(fitting, len(layers))
        if chosen == len(layers):
            layers.append(np.zeros((image.height, image.width), np.uint8))
            used.append(0)
        used[chosen] += 1
        layers[chosen][window][part] = used[chosen]
        places.append((chosen, used[chosen]))
    return layers, places


def read(source: Path, images: ImageIndex, progress: Progress) -> tuple[Document, tuple[str, ...]]:
    """The annotations in the folder `source` of the images in the index; and notes. Raises DatasetError."""
    path = source / INDEX_NAME
    return _read_index(path, images, progress) if path.is_file() else _read_plain(source, images, progress)


# -- with an index -----------------------------------------------------------------------------------------------------


def _read_index(path: Path, images: ImageIndex, progress: Progress) -> tuple[Document, tuple[str, ...]]:
    text = read_text(path)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise no_json(path, text.encode(), error) from error
    try:
        document = Document(images.root)
        names = _each(content, "categories", str)
        for number, name in enumerate(names, start=1):
            document.put(Category(number, name))
        missing = []
        # A document's images keep their own paths, copies are in a folder of their own.
        is_in_place = images.is_of(path.parent)
        for record in progress.over(_each(content, "images", dict)):
            name = record.get("file_name")
            copy = record.get("copy", name) if is_in_place else name
            place = f"images/{copy}" if is_in_place else copy
            image = images.find(place) if isinstance(copy, str) and copy else None
            if image is None:
                missing.append(str(name))
            elif image.id in document.images:
                raise ClauseError("it names the image {name} twice", name=name)
            else:
                document.put(image)
                _put_indexed(record, image, document, path.parent)
    except ValueError as error:
        raise DatasetError(
            "The index {path} cannot be used ({reason}): correct it, or export again.",
            path=path,
            reason=reason_of(error),
        ) from error
    return document, _missing(missing, images)


def _each(content: object, key: str, kind: type) -> list[Any]:
    records = content.get(key) if isinstance(content, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, kind) for record in records):
        raise ClauseError('it has no list "{key}" of the right kind', key=key)
    return records


def _put_indexed(record: Mapping[str, Any], image: ImageRecord, document: Document, folder: Path) -> None:
    names = _each(record, "layers", str)
    if any(_leaves(name) for name in names):
        raise ClauseError("a layer lies outside its folder")
    layers = [read_mask_image(folder / name, image) for name in names]
    for item in _each(record, "instances", dict):
        layer, value = _whole(item, "layer", len(layers) - 1), _whole(item, "value", 2**24)
        category = _whole(item, "category", len(document.categories) - 1) + 1
        mask = RunLengths.from_mask(layers[layer] == value) if value else RunLengths.from_mask(layers[layer] < 0)
        _put(document, image, category, mask, iscrowd=bool(_whole(item, "iscrowd", 1)))


def _leaves(name: str) -> bool:
    path = posixpath.normpath(name.replace("\\", "/"))
    return "\0" in name or path.startswith(("/", "..")) or ":" in path


def _whole(item: Mapping[str, Any], key: str, most: int) -> int:
    value = item.get(key, 0)
    if type(value) is not int or not 0 <= value <= most:
        raise ClauseError(
            'a "{key}" is {value!r}, not a whole number from 0 to {most}', key=key, value=value, most=most
        )
    return value


# -- without one -------------------------------------------------------------------------------------------------------


def _read_plain(source: Path, images: ImageIndex, progress: Progress) -> tuple[Document, tuple[str, ...]]:
    document = Document(images.root)
    categories: dict[str, int] = {}
    images = _without_masks(images, source)
    files = [path for path in mask_files(source) if not images.holds(path)]
    missing = []
    with_white = []
    for path in progress.over(files):
        name = path.relative_to(source).with_suffix("").as_posix()
        found = next(_owners(name, images), None)
        if found is None:
            missing.append(name)
            continue
        image, rest = found
        numbers = read_mask_image(path, image)
        document.put(image)
        said = without_word_for_masks(re.sub(r"[\d_\-. ]+$", "", rest)).strip(_SEPARATORS)
        category = said or _category_of_folder(name, image) or _UNNAMED
        if category not in categories:
            categories[category] = len(categories) + 1
            document.put(Category(categories[category], category))
        values = values_of(numbers, path)
        if len(values) > 1 and values[-1] == _MAX_VALUE:
            with_white.append(name)
        for value in values:
            _put(document, image, categories[category], RunLengths.from_mask(numbers == value))
    if not document.images:
        raise DatasetError(
            "No mask in {source} has the name of an image in {root}: name the images' folder.",
            source=source,
            root=images.root,
        )
    notes = _missing(missing, images)
    if with_white:
        soft = Sentence(
            "Masks in which 255 stands beside other numbers, each of which became an instance: {count}, such as {name}."
            " Where it means a border, or the mask has soft edges, take those instances out.",
            count=len(with_white),
            name=with_white[0],
        )
        notes = (*notes, soft)
    return document, notes


def mask_files(folder: Path) -> list[Path]:
    """The files in a folder that may be masks, as far as their names tell."""
    return sorted(path for path in folder.rglob("*") if is_mask_name(path.relative_to(folder).as_posix()))


def _category_of_folder(name: str, image: ImageRecord) -> str:
    """What the folder of a mask says that it is of: "cat" for cat/photo.png on photo.jpg; nothing in other folders."""
    folder = posixpath.basename(posixpath.dirname(name))
    is_plain = not folder or is_word_for_masks(folder) or folder.lower() in _PLAIN_FOLDERS
    return "" if is_plain or folder in image.path.split("/")[:-1] else folder


def _without_masks(images: ImageIndex, source: Path) -> ImageIndex:
    """The images without the masks among them: those in `source`, unless in a folder "images", or all are of masks."""
    root = Path(os.path.abspath(images.root))
    folder = Path(os.path.abspath(source))

    def is_image(path: str) -> bool:
        return not is_mask_name(path) or folder not in (root / path).parents or "images" in path.split("/")

    rest = images.restricted(is_image)
    return rest if rest.paths else images


def _owners(name: str, images: ImageIndex) -> Iterator[tuple[ImageRecord, str]]:
    """Images that the mask `name` may belong to, likeliest first, with what is left of the name."""
    folder, _, base = name.rpartition("/")
    parent = posixpath.dirname(folder)
    beside = posixpath.join(parent, "images") if posixpath.basename(folder) == "masks" else "images"
    for end in (len(base), *sorted((match.start() for match in re.finditer(r"[_\-. ]", base)), reverse=True)):
        stem = base[:end]
        places = (folder, beside, posixpath.join("images", folder), "")
        names = [posixpath.join(place, stem) for place in places] if stem else []
        image = images.find(*names)
        if image is not None:
            yield image, base[end:]
    # One folder for each image, as in the 2018 Data Science Bowl: NAME/images/NAME.png and NAME/masks/*.png
    image = images.find(posixpath.join(beside, posixpath.basename(parent))) if parent else None
    if image is not None:
        yield image, ""


def _missing(names: list[str], images: ImageIndex) -> tuple[str, ...]:
    if not names:
        return ()
    return (
        Sentence(
            "Masks without an image in {root}: {count}, such as {name}.",
            count=len(names),
            root=images.root,
            name=names[0],
        ),
    )


def _put(document: Document, image: ImageRecord, category: int, mask: RunLengths, *, iscrowd: bool = False) -> None:
    number = document.take_id(Instance)
    provenance = Provenance(source="imported")
    document.put(Instance(number, image.id, category, mask, iscrowd=iscrowd, provenance=provenance))
