"""labelme: a JSON file for each image.

Every part of an instance is a shape of its own, held together by a `group_id`; holes are bridged. With Shape.EXACT an
instance is one shape of the type "mask", which labelme knows since version 5.3. Read are polygons, rectangles, circles
and masks, and what X-AnyLabeling writes as a rectangle or a rotation with its corners; lines and points, which have no
area, and shapes of other types are listed.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import orjson

from annotator.core.document import Category, Document, ImageRecord, Instance, Provenance
from annotator.core.formats.files import copy_image, read_text, write_bytes
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.labelme_shapes import WITH_AREA, Group, has_no_area, mask_png, parse_shape, union
from annotator.core.formats.losses import bridges, no_crowds, no_empty_masks, no_pixels, not_kept, renaming
from annotator.core.formats.names import copy_name, label_names, unique_names
from annotator.core.formats.on_disk import ImagesOnDisk
from annotator.core.formats.options import ExportOptions, Shape
from annotator.core.formats.progress import Progress
from annotator.core.formats.report import Loss, Remarks
from annotator.core.geometry import RunLengths
from annotator.core.json_file import no_json
from annotator.core.polygons import polygons
from annotator.errors import DatasetError, Sentence, reason_of

_VERSION = "5.5.0"  # whose files these are like
_OUTSIDE = " without a pixel"  # no type of a shape
_FLAT = ("line", "linestrip", "point", "points", "polygon")  # a polygon when it has less than three points


def write(
    document: Document, folder: Path, options: ExportOptions, progress: Progress, named_among: Sequence[str]
) -> Remarks:
    """Fill `folder`; returns what the format cannot hold. named_among: see ImageIndex."""
    labels = label_names(named_among)
    disk = ImagesOnDisk(document)
    for image in progress.over(list(document.images.values())):
        disk.look(image)
        path = folder / f"{labels[image.path]}.json"
        if options.copy_images:
            image_path = copy_name(image.path, labels[image.path])
            copy_image(document, image.id, folder / image_path)
            image_path = posixpath.basename(image_path)
        else:
            image_path = _relative(document.image_path(image.id), path.parent)
        content: dict[str, Any] = {
            "version": _VERSION,
            "flags": {},
            "shapes": [shape for i in document.instances_of(image.id) for shape in _shapes(i, document, options)],
            "imagePath": image_path,
            "imageData": None,
            "imageHeight": image.height,
            "imageWidth": image.width,
        }
        write_bytes(path, orjson.dumps(content, option=orjson.OPT_INDENT_2))
    used = {image.path: labels[image.path] for image in document.images.values()}
    losses = (
        *not_kept(document),
        *_without_instances(document),
        *no_crowds(document),
        *no_empty_masks(document),
        *(() if options.shape is Shape.EXACT else bridges(document, parts_too=False, held_by=("coco", "masks"))),
        *renaming(used),
    )
    return Remarks(losses, disk.notes())


def _without_instances(document: Document) -> Iterator[Loss]:
    if {instance.category_id for instance in document.instances.values()} < set(document.categories):
        yield Loss("categories without instances are not kept")


def _relative(path: Path, folder: Path) -> str:
    try:
        return PurePath(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return PurePath(os.path.abspath(path)).as_posix()


def _shapes(instance: Instance, document: Document, options: ExportOptions) -> Iterator[dict[str, Any]]:
    common: dict[str, Any] = {
        "label": document.categories[instance.category_id].name,
        "group_id": None,
        "description": "",
        "flags": {},
    }
    if not instance.mask.area:
        return
    if options.shape is Shape.EXACT:
        part, x, y = instance.mask.crop()
        last = [x + part.shape[1] - 1, y + part.shape[0] - 1]
        yield {**common, "shape_type": "mask", "points": [[x, y], last], "mask": mask_png(part)}
        return
    rings = polygons(instance.mask, tolerance=options.tolerance)
    common["group_id"] = instance.id if len(rings) > 1 else None
    for ring in rings:
        yield {**common, "shape_type": "polygon", "points": ring.tolist(), "mask": None}


def read(source: Path, images: ImageIndex, progress: Progress) -> tuple[Document, tuple[str, ...]]:
    """The annotations in the file or folder `source` of the images in the index; and notes.

    Raises DatasetError, which names the file and the shape.
    """
    document = Document(images.root)
    categories: dict[str, int] = {}
    left_out: list[str] = []
    missing = []
    folder = source if source.is_dir() else source.parent
    files = sorted(source.rglob("*.json")) if source.is_dir() else [source]
    read_any = False
    said_more = held = 0
    by_name = unique_names(images.paths)
    for path in progress.over(files):
        content = _load(path)
        if content is None:
            continue
        read_any = True
        names = _image_names(path, folder, content, images)
        # Last, the one image of that name, wherever it lies: the path is often one of another machine.
        image = images.find(*names, *(by_name[name] for name in map(posixpath.basename, names) if name in by_name))
        if image is None:
            missing.append(path.name)
            held += bool(content.get("imageData"))
        elif image.id in document.images:
            raise DatasetError(
                "{path} is a second file of the image {image}: keep one of them.", path=path, image=image.path
            )
        else:
            _check_size(path, content, image)
            document.put(image)
            left_out += _put_shapes(path, content, image, document, categories)
            said_more += sum(map(_says_more, content["shapes"]))
    if not read_any:
        raise DatasetError(
            "There are no labelme files in {source}: choose the folder with the JSON files.", source=source
        )
    if held and not document.images:
        raise DatasetError(
            "The images of {source} are in its labelme files alone (imageData): save them as image files beside, for "
            "instance with labelme_export_json, then import again.",
            source=source,
        )
    notes = []
    if missing:
        notes.append(
            Sentence(
                "labelme files without an image in {root}: {count}, such as {name}.",
                count=len(missing),
                root=images.root,
                name=missing[0],
            )
        )
    if flat := sum(kind in _FLAT for kind in left_out):
        notes.append(Sentence("Lines and points, which have no area: {count}.", count=flat))
    if outside := left_out.count(_OUTSIDE):
        notes.append(no_pixels(outside))
    if unknown := [kind for kind in left_out if kind not in (*_FLAT, _OUTSIDE)]:
        count, kind = len(unknown), unknown[0]
        notes.append(Sentence("Shapes of a type that is not known: {count}, such as {kind}.", count=count, kind=kind))
    if said_more:
        notes.append(
            Sentence("Shapes of which flags, descriptions or attributes are left out: {count}.", count=said_more)
        )
    return document, tuple(notes)


def _says_more(shape: object) -> bool:
    """Whether it says something that is not imported."""
    if not isinstance(shape, dict):
        return False
    flags = shape.get("flags")
    is_flagged = isinstance(flags, dict) and any(flags.values())
    return is_flagged or any(shape.get(key) for key in ("description", "attributes", "difficult"))


def _load(path: Path) -> dict[str, Any] | None:
    """The content of a labelme file; None when it is JSON of another kind."""
    text = read_text(path)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise no_json(path, text.encode(), error) from error
    if not isinstance(content, dict) or "shapes" not in content:
        return None
    if not isinstance(content["shapes"], list):
        raise DatasetError('In {path}, "shapes" is not a list: correct it or take the file out.', path=path)
    return content


def _image_names(path: Path, folder: Path, content: Mapping[str, Any], images: ImageIndex) -> list[str]:
    """Where its image may be under the index's root: where it says, beside it, or of its own name."""
    here = path.relative_to(folder).parent.as_posix()
    name = content.get("imagePath")
    names = []
    if isinstance(name, str) and name and "\0" not in name:
        name = name.replace("\\", "/")
        there = os.path.abspath(path.parent / name)
        names.append(_relative(Path(there), Path(os.path.abspath(images.root))))
        names += [posixpath.join(here, posixpath.basename(name)), posixpath.basename(name)]
    return [*names, path.relative_to(folder).with_suffix("").as_posix()]


def _check_size(path: Path, content: Mapping[str, Any], image: ImageRecord) -> None:
    size = content.get("imageHeight"), content.get("imageWidth")
    if None not in size and size != (image.height, image.width):
        raise DatasetError(
            "{path} is for an image of {width2} x {height2} pixels, but {image} has {width} x {height}: find "
            "the right image.",
            path=path,
            width2=size[1],
            height2=size[0],
            image=image.path,
            width=image.width,
            height=image.height,
        )


def _put_shapes(
    path: Path, content: Mapping[str, Any], image: ImageRecord, document: Document, categories: dict[str, int]
) -> list[str]:
    """Add the instances of one file; returns the types of the shapes that are left out."""
    left_out: list[str] = []
    grouped: dict[tuple[str, Group | tuple[str, int]], list[RunLengths]] = {}
    for number, shape in enumerate(content["shapes"], start=1):
        try:
            kind = shape.get("shape_type", "polygon") if isinstance(shape, dict) else None
            if isinstance(kind, str) and kind not in WITH_AREA:
                left_out.append(kind)
                continue
            if has_no_area(shape):
                left_out.append("polygon")
                continue
            label, group, mask = parse_shape(shape, image)
        except ValueError as error:
            raise DatasetError(
                "In {path}, shape {number} cannot be used: {reason}. Correct it or take it out.",
                path=path,
                number=number,
                reason=reason_of(error),
            ) from error
        grouped.setdefault((label, group if group is not None else ("alone", number)), []).append(mask)
    together = _groups_of_several(grouped)
    for (label, group_id), masks in grouped.items():
        if label not in categories:
            categories[label] = document.take_id(Category)
            document.put(Category(categories[label], label))
        instance_id = document.take_id(Instance)
        provenance = Provenance(source="imported")
        group = together.get(group_id)
        mask = union(masks)
        if not mask.area:
            left_out.append(_OUTSIDE)
            continue
        document.put(Instance(instance_id, image.id, categories[label], mask, provenance=provenance, group=group))
    return left_out


def _groups_of_several(keys: Iterable[tuple[str, Group | tuple[str, int]]]) -> dict[Group | tuple[str, int], int]:
    """A number for each group that holds shapes of several labels together: they are instances that belong together."""
    count = Counter(group for _, group in keys)
    return {group: number for number, group in enumerate((g for g, labels in count.items() if labels > 1), start=1)}
