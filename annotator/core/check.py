"""Checking a COCO file: every problem in it, each with what to do about it.

Opening a file stops at the first thing it cannot use, and tolerates what it can put right. A check reads on, and also
names what other programs stumble over: areas and boxes that do not fit their masks, names given twice, images whose
size is not the one on disk.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.core import check_ours, coco
from annotator.core.check_images import found_root, leaves_folder, named_files, size_of
from annotator.core.check_shapes import shape_problems
from annotator.core.images import read_header
from annotator.core.json_file import NotedObject, examine, no_coco, no_json, read_annotation_file
from annotator.errors import DatasetError, ImageError


@dataclass(frozen=True)
class Problem:
    """where: the record, such as "annotation 17". what: a clause on what is wrong. remedy: what to do, a clause.

    opening: what is said of it when the file is opened, if it cannot be.
    """

    where: str
    what: str
    remedy: str
    opening: str = ""

    def __str__(self) -> str:
        return self.opening or f"{self.where}: {self.what}; {self.remedy}."


def check_file(path: Path, *, image_root: Path | None = None, looks_at_images: bool = True) -> tuple[Problem, ...]:
    """All problems of the COCO file `path`, in the order of the file; none means that it can be opened.

    image_root: the folder the images lie in; None takes what the file says, or where they are found. The images'
    headers are read, to compare their sizes; an image that is not there is a problem too. looks_at_images: False looks
    at the file alone.
    Raises DatasetError when the file cannot be read from the disk.
    """
    data = read_annotation_file(path)
    not_numbers: list[str] = []

    def number(word: str) -> float:
        not_numbers.append(word)
        return float(word)

    try:
        content = examine(data, number)
    except ValueError as error:
        return (_unreadable(no_json(path, data, error)),)
    if not isinstance(content, NotedObject):
        return _opening_problem(path)
    problems = list(_not_number_problems(content)) if not_numbers else []
    root = image_root if image_root is not None else found_root(content, path)
    problems += _content_problems(content, root if looks_at_images else None, path)
    return tuple(problems) or _opening_problem(path)


def _opening_problem(path: Path) -> tuple[Problem, ...]:
    """What is found when the file is opened, if anything."""
    try:
        coco.read(path)
    except DatasetError as error:
        return (_unreadable(error),)
    return ()


def _unreadable(error: DatasetError) -> Problem:
    """A problem for which nothing in the file can be checked, told as when the file is opened."""
    return Problem("the file", "it cannot be opened", "correct it", opening=error.sentence)


def _not_number_problems(content: NotedObject) -> Iterator[Problem]:
    kinds = {
        key: kind for kind, key in (("category", "categories"), ("image", "images"), ("annotation", "annotations"))
    }
    for key, value in content.items():
        is_list = key in kinds and isinstance(value, list)
        for position, record in enumerate(value if is_list else [value]):
            try:
                json.dumps(record, allow_nan=False)
            except ValueError:
                where = _named(kinds[key], record, position) if is_list else f'"{key}"'
                yield Problem(where, "it holds a number that is NaN or infinite", "replace it")


def _content_problems(content: NotedObject, root: Path | None, path: Path) -> Iterator[Problem]:
    if isinstance(content.get("shapes"), list) and "images" not in content:
        remedy = "with annotator import, a COCO file is made of it or of its folder"
        yield Problem("the file", "it is labelme's, not COCO's", remedy)
        return
    yield from _repeated_keys("the file", content)
    lists: dict[str, list[Any]] = {}
    for key in ("images", "categories", "annotations"):
        value = content.get(key)
        if not isinstance(value, list):
            what = f'it has no list "{key}"' if value is None else f'its "{key}" is not a list'
            opening = no_coco(path).sentence if key == "images" else ""
            yield Problem("the file", what, f'add "{key}": [...], which may be empty', opening)
        lists[key] = value if isinstance(value, list) else []
    yield from _category_problems(lists["categories"])
    yield from _image_problems(lists["images"])
    if root is not None:
        yield from _file_problems(lists["images"], root)
    yield from _as_problems("the file", check_ours.key_problems(content))
    next_ids = check_ours.ours_under_key(content).get("next_ids")
    next_id = next_ids.get("instance") if isinstance(next_ids, dict) else None
    yield from _annotation_problems(lists["annotations"], lists["images"], lists["categories"], next_id)


def _repeated_keys(where: str, record: object) -> Iterator[Problem]:
    for key in record.repeated if isinstance(record, NotedObject) else ():
        yield Problem(where, f'it has "{key}" twice', "keep one of them, because readers differ in which they take")


def _named(kind: str, record: object, position: int) -> str:
    if isinstance(record, dict) and type(record.get("id")) is int:
        return f"{kind} {record['id']}"
    return f"{kind} at place {position + 1} of its list"


def _objects(kind: str, records: list[Any]) -> Iterator[tuple[str, NotedObject, list[Problem]]]:
    """Each record that is an object: what to call it, itself, and the problems of its id and keys."""
    first: dict[int, str] = {}
    for position, record in enumerate(records):
        where = _named(kind, record, position)
        if not isinstance(record, NotedObject):
            yield where, NotedObject([]), [Problem(where, "it is not an object in braces", "take it out")]
            continue
        problems = list(_repeated_keys(where, record))
        record_id = record.get("id")
        if type(record_id) is not int or not 0 <= record_id <= coco.MAX_ID:
            what = f"its id is {record_id!r}, not a whole number from 0 to {coco.MAX_ID}"
            problems.append(Problem(where, what, "give it one"))
        elif record_id in first:
            problems.append(Problem(where, f"another {kind} has the same id", "give one of them a new id"))
        else:
            first[record_id] = where
        yield where, record, problems


def _category_problems(records: list[Any]) -> Iterator[Problem]:
    names: set[str] = set()
    for where, record, problems in _objects("category", records):
        yield from problems
        if not record:
            continue
        name = record.get("name")
        if not isinstance(name, str) or not name:
            yield Problem(where, f"its name is {name!r}, not a text", "give it a name")
        elif name in names:
            yield Problem(where, f"another category is called {name!r} too", "rename one, or merge the two")
        else:
            names.add(name)
        supercategory = record.get("supercategory")
        if supercategory is not None and not isinstance(supercategory, str):
            yield Problem(where, f"its supercategory is {supercategory!r}, not a text", "correct it or take it out")
        yield from _as_problems(where, check_ours.category_problems(record))


def _image_problems(records: list[Any]) -> Iterator[Problem]:
    names: dict[str, tuple[str, str]] = {}
    for where, record, problems in _objects("image", records):
        yield from problems
        if not record:
            continue
        if size_of(record) is None:
            what = f"its height and width are {record.get('height')!r} and {record.get('width')!r}"
            yield Problem(where, what, "write its size in whole pixels")
        yield from _as_problems(where, check_ours.image_problems(record))
        name = record.get("file_name")
        if not isinstance(name, str) or not name or "\0" in name:
            yield Problem(where, "it has no file_name", "write the name of its file")
            continue
        if leaves_folder(name):
            what = f"its file_name {name} does not stay in the folder of the images"
            yield Problem(where, what, "write a path relative to that folder")
        path = posixpath.normpath(name.replace("\\", "/"))
        other, same = names.setdefault(path.casefold(), (where, path))
        if other != where:
            but = "" if same == path else " but for its capitals, which do not count everywhere"
            remedy = f"give its annotations to {other} and take it out, or rename one of the two files"
            yield Problem(where, f"its file_name {name} names the file of {other}{but}", remedy)


def _file_problems(records: list[Any], root: Path) -> Iterator[Problem]:
    """What is wrong with the images on disk."""
    named = [
        (_named("image", record, position), record, root / name.replace("\\", "/"))
        for position, record, name in named_files(records)
    ]
    missing = [(where, path) for where, _, path in named if not os.path.isfile(path)]
    if len(missing) == len(named) > 1:
        yield Problem(
            "the file", f"none of its {len(named)} images is in {root}", "name the folder they are in (--images DIR)"
        )
        return
    for where, path in missing:
        yield Problem(where, f"{path} is missing", "put it back, or take it out of the file")
    gone = {path for _, path in missing}
    for where, record, path in named:
        size = size_of(record)
        if path in gone or size is None:
            continue
        try:
            header = read_header(path)
        except ImageError as error:
            yield Problem(where, str(error).rstrip("."), "until then it cannot be used")
            continue
        if (header.height, header.width) != size:
            turned = " (turned by its EXIF orientation, perhaps)" if (header.width, header.height) == size else ""
            what = f"it is {size[1]} x {size[0]} pixels here, but {header.width} x {header.height} in {path}{turned}"
            yield Problem(where, what, "correct height and width, or find the right image")


def _as_problems(where: str, found: Iterator[tuple[str, str]]) -> Iterator[Problem]:
    return (Problem(where, what, remedy) for what, remedy in found)


def _annotation_problems(
    records: list[Any], images: list[Any], categories: list[Any], next_id: object
) -> Iterator[Problem]:
    sizes = {image["id"]: size_of(image) for image in images if isinstance(image, dict) and _has_id(image)}
    known_categories = {record["id"] for record in categories if isinstance(record, dict) and _has_id(record)}
    attributes = check_ours.attributes_by_category(categories)
    parents = check_ours.Parents(records, next_id)
    first_of_shape: dict[str, str] = {}
    for where, record, problems in _objects("annotation", records):
        yield from problems
        if not record:
            continue
        image_id, category_id = record.get("image_id"), record.get("category_id")
        if type(image_id) is not int or image_id not in sizes:
            yield Problem(where, f"there is no image {image_id!r}", "correct its image_id, or take it out")
        if type(category_id) is not int or category_id not in known_categories:
            yield Problem(where, f"there is no category {category_id!r}", "correct its category_id, or add that one")
        iscrowd = record.get("iscrowd", 0)
        if iscrowd not in (0, 1):
            yield Problem(where, f"its iscrowd is {iscrowd!r}", "write 0 or 1")
        size = sizes.get(image_id) if type(image_id) is int else None
        if size is not None:
            yield from _as_problems(where, shape_problems(record, *size))
        yield from _as_problems(where, check_ours.annotation_problems(record, attributes))
        yield from _as_problems(where, parents.problems(record))
        key = json.dumps([image_id, category_id, record.get("segmentation"), record.get("bbox")])
        if key in first_of_shape:
            yield Problem(where, f"it repeats {first_of_shape[key]}", "take one of them out")
        else:
            first_of_shape[key] = where


def _has_id(record: Mapping[str, Any]) -> bool:
    return type(record.get("id")) is int
