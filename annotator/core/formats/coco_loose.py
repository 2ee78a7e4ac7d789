"""COCO files that a dataset cannot be opened from as they are: put right for an import, which says what it did.

Opening a file means to save it again with the ids and names it has, so there nothing is guessed. An import makes new
records anyhow: ids that are no numbers, sizes written as texts, annotations without an id and the like are no trouble
to it. Results (a list of detections) become proposals of the dataset that they are of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

from annotator.core import coco, json_text
from annotator.core.document import Document
from annotator.core.formats.coco_panoptic import is_panoptic, with_masks
from annotator.core.image_places import read_coco
from annotator.core.images import read_header
from annotator.core.json_file import read_annotation_file
from annotator.errors import DatasetError, ImageError, Sentence

Record = dict[str, Any]


def read(source: Path, root: Path | None, known: Document | None) -> tuple[Document, tuple[Sentence, ...]]:
    """The document in a COCO file, and sentences on what was put right or left out.

    root: where its images lie, if somebody has said so. known: what it is imported into; results name its images by
    their ids. Raises DatasetError.
    """
    try:
        return read_coco(source, root), ()
    except DatasetError:
        try:
            content = json_text.loads(read_annotation_file(source))
        except ValueError:
            content = None
        if _are_results(content):
            return _read_results(source, content, known)
        if not isinstance(content, dict) or not isinstance(content.get("images"), list):
            raise
        has_segments = is_panoptic(content)
        if has_segments:
            content = with_masks(content, source)
        notes = list(_Mending(content, source.parent if root is None else root).notes())
        if not notes and not has_segments:
            raise
        return read_coco(source, root, data=json_text.dumps(content)), tuple(notes)


def _are_results(content: object) -> bool:
    return (
        isinstance(content, list)
        and bool(content)
        and all(
            isinstance(record, dict) and {"image_id", "category_id", "score"} <= record.keys() for record in content
        )
    )


def _read_results(source: Path, content: list[Record], known: Document | None) -> tuple[Document, tuple[Sentence, ...]]:
    """Proposals on the images of the document that they name."""
    if known is None or not known.images:
        raise DatasetError(
            "{source} holds results, which name their images by ids alone: import it into the dataset that they are "
            "of.",
            source=source,
        )
    wanted = [record for record in content if _whole(record["image_id"]) in known.images]
    if not wanted:
        raise DatasetError(
            "{source} holds results for images of other ids than this dataset has: import it into the one that they "
            "are of.",
            source=source,
        )
    images = [{"id": i.id, "file_name": i.path, "height": i.height, "width": i.width} for i in known.images.values()]
    categories = [{"id": category.id, "name": category.name} for category in known.categories.values()]
    ours = {"annotator": {"state": "proposal", "source": "imported"}}
    annotations = [{**record, "id": number, **ours} for number, record in enumerate(wanted, start=1)]
    data = json_text.dumps({"images": images, "categories": categories, "annotations": annotations})
    notes = []
    if left_out := len(content) - len(wanted):
        notes.append(Sentence("Results for images of ids that this dataset does not have: {count}.", count=left_out))
    return coco.read(source, known.image_root, data=data), tuple(notes)


class _Mending:
    """Changes the content of a file in place."""

    def __init__(self, content: Record, folder: Path) -> None:
        self._content = content
        self._folder = folder
        self._count: Counter[str] = Counter()

    def notes(self) -> Iterator[Sentence]:
        """Put right what can be, and tell of each kind how often."""
        images, annotations = self._records("images"), self._records("annotations")
        self._name_categories(annotations)
        categories = self._records("categories")
        for record in images:
            self._mend_image(record)
        for category in categories:
            if type(category.get("name")) in (int, float):
                category["name"] = str(category["name"])
                self._count["numbers as names"] += 1
        image_ids, category_ids = self._give_ids(images), self._give_ids(categories)
        taken: set[int] = set()
        for record in annotations:
            self._refer(record, "image_id", image_ids)
            self._refer(record, "category_id", category_ids)
            self._mend_annotation(record)
            number = _whole(record.get("id"))
            if number is not None and number not in taken:
                record["id"] = self._told("ids", record.get("id"), number)
                taken.add(number)
            else:
                record["id"] = None
        without = (record for record in annotations if record["id"] is None)
        for number, record in enumerate(without, start=1 + max(taken, default=0)):
            record["id"] = number
            self._count["ids"] += 1
        if isinstance(self._content.get("annotations"), list):
            shaped = [record for record in annotations if record.get("segmentation") or record.get("bbox")]
            self._count["shapeless"] += len(annotations) - len(shaped)
            kept = [record for record in shaped if record.get("segmentation") != _NOTHING]
            self._count["empty"] += len(shaped) - len(kept)
            others = [record for record in self._content["annotations"] if not isinstance(record, dict)]
            self._content["annotations"] = kept + others
        if self._count["ids"]:
            del self._count["references"]  # they come of it
        for kind, sentence in _SENTENCES.items():
            if count := self._count[kind]:
                yield sentence(count)

    def _records(self, key: str) -> list[Record]:
        value = self._content.get(key)
        return [record for record in value if isinstance(record, dict)] if isinstance(value, list) else []

    def _told(self, kind: str, before: object, after: Any) -> Any:
        """What is put in the place of something else; counted when it is another."""
        if type(before) is not type(after) or before != after:
            self._count[kind] += 1
        return after

    def _name_categories(self, annotations: list[Record]) -> None:
        if "categories" in self._content or not annotations:
            return
        used = sorted({str(record.get("category_id")): record.get("category_id") for record in annotations}.items())
        self._content["categories"] = [{"id": number, "name": f"category {name}"} for name, number in used]
        self._count["categories"] += len(used)

    def _mend_image(self, record: Record) -> None:
        name = record.get("file_name")
        if isinstance(name, str) and (name.startswith("/") or PureWindowsPath(name).drive):
            record["file_name"] = self._told("absolute", name, self._relative(name))
        if record.get("height") is None and record.get("width") is None and isinstance(record.get("file_name"), str):
            try:
                header = read_header(self._folder / record["file_name"])
            except (ImageError, ValueError):
                return
            record["height"], record["width"] = header.height, header.width
            self._count["sizes"] += 1
        size = [_whole(record.get(key)) for key in ("height", "width")]
        if None not in size:
            before = [record["height"], record["width"]]
            self._count["sizes"] += [type(side) for side in before] != [int, int]
            record["height"], record["width"] = size

    def _relative(self, name: str) -> str:
        """The path below the folder, if the image is there, or is there by its mere name."""
        try:
            return Path(name).relative_to(self._folder.absolute()).as_posix()
        except ValueError:
            return PureWindowsPath(name).name  # which knows both slashes

    def _give_ids(self, records: list[Record]) -> dict[str, int]:
        """A number for each id, however that is spelt; only those that are no numbers get new ones."""
        ids: dict[str, int] = {}
        numbers = [(record, _whole(record.get("id"))) for record in records if record.get("id") is not None]
        following = 1 + max((number for _, number in numbers if number is not None), default=0)
        for record, number in numbers:
            key = _spelt(record["id"])
            if number is None:
                number = ids.get(key, following)
                following = max(following, number + 1)
            record["id"] = self._told("ids", record["id"], number)
            ids[key] = number
        return ids

    def _refer(self, record: Record, key: str, ids: dict[str, int]) -> None:
        number = ids.get(_spelt(record.get(key)))
        if number is not None:
            record[key] = self._told("references", record[key], number)

    def _mend_annotation(self, record: Record) -> None:
        if "iscrowd" in record and record["iscrowd"] not in (0, 1):
            number = _whole(record["iscrowd"])
            if record["iscrowd"] is None or number is not None:
                record["iscrowd"] = self._told("crowds", record["iscrowd"], number or 0)
        polygons = record.get("segmentation")
        if not isinstance(polygons, list) or not polygons:
            return
        if all(type(value) in (int, float) for value in polygons):
            polygons = record["segmentation"] = [polygons]
            self._count["polygons"] += 1
        parts = [part for part in polygons if not (isinstance(part, list) and len(part) < 6 and len(part) % 2 == 0)]
        if len(parts) < len(polygons):
            self._count["slivers"] += len(polygons) - len(parts) if parts else 0
            record["segmentation"] = parts or _NOTHING


_NOTHING = "nothing is left of it"


def _whole(value: object) -> int | None:
    """The whole number that a value is or spells."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    if type(value) is float and value.is_integer() and abs(value) < 2**52:
        return int(value)
    return value if type(value) is int else None


def _spelt(value: object) -> str:
    number = _whole(value)
    return repr(value) if number is None else repr(number)


_SENTENCES: dict[str, Callable[[int], Sentence]] = {
    "ids": lambda count: Sentence(
        "Ids that are no whole numbers, or that come twice, get new ones: {count}.", count=count
    ),
    "references": lambda count: Sentence(
        "Ids of images and categories that annotations spell otherwise are read as the same: {count}.", count=count
    ),
    "absolute": lambda count: Sentence(
        "Images that are named with all their folders are looked for in the folder of the images: {count}.", count=count
    ),
    "sizes": lambda count: Sentence(
        "Sizes of images that are no whole numbers are put right, or read from the image: {count}.", count=count
    ),
    "numbers as names": lambda count: Sentence("Numbers as names of categories become texts: {count}.", count=count),
    "categories": lambda count: Sentence(
        "The file names no categories, so they are called by their ids: {count}.", count=count
    ),
    "crowds": lambda count: Sentence("Values of iscrowd that are neither 0 nor 1 are put right: {count}.", count=count),
    "polygons": lambda count: Sentence("Polygons without a list around them are read as such: {count}.", count=count),
    "slivers": lambda count: Sentence(
        "Parts of one or two points, which have no area, are left out of their instances: {count}.", count=count
    ),
    "shapeless": lambda count: Sentence(
        "Annotations with neither a segmentation nor a box, such as captions, are left out: {count}.", count=count
    ),
    "empty": lambda count: Sentence(
        "Annotations of one or two points, which have no area, are left out: {count}.", count=count
    ),
}
