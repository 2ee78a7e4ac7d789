"""Opening what the user points at: a folder, images, or a COCO file."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from annotator.core import coco
from annotator.core.cancelling import Cancel, check_cancel
from annotator.core.check import check_file
from annotator.core.document import Document, ImageRecord
from annotator.core.file_version import FileVersion
from annotator.core.image_files import find_images, in_natural_order, natural, relative
from annotator.core.image_places import find_image_root
from annotator.core.images import IMAGE_SUFFIXES, read_header
from annotator.core.json_file import no_coco
from annotator.core.outside import outside_notes
from annotator.errors import DatasetError, ImageError, Sentence

COCO_NAME = "annotations.coco.json"
"""The annotation file of a folder of images, in that folder."""

_KINDS = "JPEG, PNG, WebP, BMP, GIF, TIFF"
_UNSAVEABLE = re.compile("[\\\\\ud800-\udfff]")  # a backslash is a separator elsewhere; a lone surrogate is no text


_REPORTED_TOGETHER = 100  # images
_MOST_CHECKED = 50 * 2**20  # bytes of a file that cannot be used; longer ones are checked by who asks for it
_LISTED_FROM = 50  # so many files are found sooner by listing their folder than by asking for each


@dataclass(frozen=True)
class Dataset:
    """A Document and where to save it.

    coco_path: the COCO file, which may not exist yet. notes: sentences for the user on what was left out or cannot be
    shown.
    coco_version: the version of the COCO file that was read; None when there was none.
    """

    document: Document
    coco_path: Path
    notes: tuple[str, ...] = ()
    coco_version: FileVersion | None = None


def open_dataset(
    paths: Sequence[Path],
    *,
    image_root: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancel: Cancel | None = None,
) -> Dataset:
    """Open one folder, one COCO file (*.json), or one or more images.

    A folder is searched for images with all its sub-folders, in natural order (2 before 10), but not in what is hidden
    by a leading dot. Images without a COCO file of their own belong to the one in their common folder, COCO_NAME: if it
    exists it is read, and images it does not list are appended. A COCO file's images are relative to `image_root`; None
    takes its folder, or the one it names (a file saved elsewhere under another name), or when none is there, the
    one that is found beside it, as in published datasets.

    An image that is missing or cannot be read is listed with its `problem`; one that cannot be read, and so is in no
    COCO file, where its name belongs. on_progress is told (done, total), first of the records in the COCO file, then of
    the images whose header has to be read. Raises DatasetError, and OpeningCancelled when `cancel` is set.
    """
    sources = _locate(paths, cancel)
    root = sources.coco_path.parent
    if image_root is not None:
        image_root = _checked_image_root(image_root, paths, sources)
    # Before reading: a change made meanwhile must show as one.
    version = FileVersion.of(sources.coco_path)

    def report(done: int, total: int) -> None:
        check_cancel(cancel)
        if on_progress is not None:
            on_progress(done, total)

    reading = coco.Reading(Document(root), ()) if version is None else _read(sources.coco_path, image_root, report)
    document = reading.document
    if image_root is None and version is not None:
        document.image_root = find_image_root(document, sources.coco_path) or document.image_root
    found = set(sources.images) if document.image_root == root else set()
    _mark_missing(document, found)
    listed = {image.path for image in document.images.values()} | _spelled_otherwise(document, found)
    new = [name for name in sources.images if name in found and name not in listed]
    for done, name in enumerate(new):
        if done % _REPORTED_TOGETHER == 0:
            report(done, len(new))
        document.put(_read_record(document, name))
    place_unreadable(document)
    report(len(new), len(new))
    if not document.images and version is None:
        raise DatasetError(
            "There is no image in {root} or its sub-folders: choose a folder that has some ({kinds}).",
            root=root,
            kinds=_KINDS,
        )
    left_out = () if document.image_root == root else _left_out(sources, document)
    notes = (*sources.notes, *left_out, *outside_notes(document, reading.perhaps_outside))
    return Dataset(document, sources.coco_path, notes, version)


def _read(path: Path, image_root: Path | None, report: Callable[[int, int], None]) -> coco.Reading:
    """What is in the file. What is wrong with one record is told with how much else is wrong with the file."""
    try:
        return coco.read_closely(path, image_root, on_progress=report)
    except DatasetError as error:
        is_other = error.sentence.template == no_coco(path).sentence.template  # it is no use to correct such a file
        more = 0 if is_other else _count_problems(path) - 1
        if more < 1:
            raise
        many = Sentence("There are {count} more problems in it", count=more)
        raise DatasetError(
            "{first} {more}: annotator check lists all of them.",
            first=error.sentence,
            more=Sentence("There is 1 more problem in it") if more == 1 else many,
        ) from error


def _count_problems(path: Path) -> int:
    try:
        if os.path.getsize(path) > _MOST_CHECKED:
            return 0
        return len(check_file(path, looks_at_images=False))
    except (DatasetError, OSError):
        return 0  # gone since; what was wrong before is told


@dataclass(frozen=True)
class _Sources:
    """images: on disk, relative to the folder of coco_path, in order."""

    coco_path: Path
    images: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _locate(paths: Sequence[Path], cancel: Cancel | None) -> _Sources:
    if not paths:
        raise ValueError("no path to open")
    paths = [Path(os.path.abspath(path)) for path in paths]
    for path in paths:
        if not os.path.exists(path):
            raise DatasetError(
                "{path} does not exist or is out of reach: check its name and the folders' permissions.", path=path
            )
    if len(paths) == 1 and os.path.isdir(paths[0]):
        found = find_images(paths[0], cancel=cancel)
        return _Sources(paths[0] / COCO_NAME, found.names, found.notes)
    if len(paths) == 1 and paths[0].suffix.lower() == ".json":
        return _Sources(paths[0])
    for path in paths:
        if os.path.isdir(path) or path.suffix.lower() not in IMAGE_SUFFIXES:
            if len(paths) > 1:
                raise DatasetError(
                    "{path} cannot be opened together with others: choose a folder, a COCO file, or images ({kinds}).",
                    path=path,
                    kinds=_KINDS,
                )
            raise DatasetError(
                "{path} cannot be opened: choose a folder, a COCO file, or images ({kinds}).", path=path, kinds=_KINDS
            )
    root = _common_folder(paths)
    return _Sources(root / COCO_NAME, tuple(in_natural_order({relative(path, root) for path in paths})))


def _left_out(sources: _Sources, document: Document) -> Iterator[str]:
    """A note on images beside a COCO file whose images lie in another folder, which it therefore cannot list."""
    listed = {os.path.normpath(document.image_path(image_id)) for image_id in document.images}
    root = sources.coco_path.parent
    left_out = sum(os.path.normpath(root / name) not in listed for name in sources.images)
    if left_out:
        many = Sentence("{count} images were left out", count=left_out)
        yield Sentence(
            "{what}, because the images of {path} lie in {root}: move the file elsewhere to open the others.",
            what=Sentence("1 image was left out") if left_out == 1 else many,
            path=sources.coco_path,
            root=os.path.normpath(document.image_root),
        )


def _checked_image_root(image_root: Path, paths: Sequence[Path], sources: _Sources) -> Path:
    """The folder a COCO file's images are said to lie in, absolute."""
    if len(paths) != 1 or Path(os.path.abspath(paths[0])) != sources.coco_path:
        raise DatasetError(
            "{path} is not a COCO file, and only the images of one can lie in another folder: choose the "
            "file, or open the folder {image_root} itself.",
            path=paths[0],
            image_root=image_root,
        )
    image_root = Path(os.path.abspath(image_root))
    if not os.path.isdir(image_root):
        raise DatasetError(
            "{image_root} is not a folder or is out of reach: choose the folder the images lie in.",
            image_root=image_root,
        )
    return image_root


def check_name(name: str) -> None:
    """Raise ImageError when a COCO file cannot hold the image's relative path."""
    if _UNSAVEABLE.search(name):
        raise ImageError("The image name {name!a} cannot be saved in a COCO file: rename the image.", name=name)


def _common_folder(images: Iterable[Path]) -> Path:
    try:
        return Path(os.path.commonpath([path.parent for path in images]))
    except ValueError as error:
        raise DatasetError("The images lie on different drives: open those of one drive at a time.") from error


def missing_image(path: Path) -> Sentence:
    """What is wrong with an image that a COCO file names and that is not there."""
    return Sentence("The image {path} is missing: put it back where it was.", path=path)


def _mark_missing(document: Document, found: set[str]) -> None:
    unknown = [image for image in document.images.values() if image.path not in found]
    in_folder = Counter(posixpath.dirname(image.path) for image in unknown)
    present: dict[str, set[str]] = {}
    for folder, count in in_folder.items():
        if count >= _LISTED_FROM:
            present[folder] = _files(document.image_root / folder)
    for image in unknown:
        folder, name = posixpath.split(image.path)
        # What a listing does not have may still be there in capitals, where those do not count.
        if name not in present.get(folder, ()) and not os.path.isfile(document.image_path(image.id)):
            problem = missing_image(document.image_path(image.id))
            document.put(replace(image, problem=problem))


def _spelled_otherwise(document: Document, found: set[str]) -> set[str]:
    """Those of the names found that are images of the document under another spelling.

    Windows and macOS find a file whatever the capitals, macOS also whether or not an accent is a character of its own.
    """
    there = {_folded(i.path): i for i in document.images.values() if i.path not in found and i.problem is None}
    if not there:
        return set()
    pairs = ((name, there.get(_folded(name))) for name in found)
    return {name for name, image in pairs if image is not None and _is_same(document, name, image)}


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _is_same(document: Document, name: str, image: ImageRecord) -> bool:
    try:
        return os.path.samefile(document.image_root / name, document.image_path(image.id))
    except OSError:  # one of them has just gone
        return False


def _files(folder: Path) -> set[str]:
    """The names of the files in a folder; none when it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if entry.is_file()}
    except OSError:
        return set()


def place_unreadable(document: Document) -> None:
    """Put each image whose size is not known before the first one that its name comes before.

    COCO files do not list such images. Among others in the order of their names they always come to the same place.
    """
    unreadable = [image for image in document.images.values() if not image.has_size]
    if not unreadable:
        return
    listed = [image for image in document.images.values() if image.has_size]
    # The greatest name so far: where it first exceeds a name is the first image that exceeds it.
    greatest = list(accumulate((natural(image.path) for image in listed), max))
    order = [((place, 1), image.id) for place, image in enumerate(listed)]
    for image in sorted(unreadable, key=lambda image: natural(image.path)):
        order.append(((bisect_right(greatest, natural(image.path)), 0), image.id))
    order.sort(key=lambda item: item[0])  # stable: those at one place stay in the order of their names
    document.order_images([image_id for _, image_id in order])


def _read_record(document: Document, name: str) -> ImageRecord:
    """A new record for an image on disk."""
    image_id = document.take_id(ImageRecord)
    try:
        check_name(name)
        header = read_header(os.path.join(document.image_root, name))
    except ImageError as error:
        return ImageRecord(image_id, name, 0, 0, problem=error.sentence)
    return ImageRecord(image_id, name, header.height, header.width)
