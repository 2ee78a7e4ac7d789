"""What files of an export are called: no two alike on any system, and nothing that a system forbids."""

from __future__ import annotations

import itertools
import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath

_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""What Windows opens a device for, in any folder and with any ending."""

_FORBIDDEN = str.maketrans({**dict.fromkeys(map(chr, range(32)), "_"), **dict.fromkeys('<>:"|?*\\', "_")})
"""What no name may hold on Windows, and an underscore instead of it."""

NEVER_FOLDERS_OF_YOLO = ("images",)
"""Trainers look for the labels of an image where the last folder "images" in its path is called "labels" (Ultralytics,
img2label_paths), so below the export's own there must be no other."""

_PERHAPS_ODD = re.compile(
    r'[\x00-\x1f<>:"|?*\\]|[. ](?:/|$)|(?:^|/)(?:con|prn|aux|nul|com[1-9]|lpt[1-9])[ \t]*(?:[./]|$)', re.IGNORECASE
)
"""Where a closer look is needed; at a hundred thousand names it would take too long."""

_MOST_BYTES = 240
"""Of a part of a path: file systems take 255, and labels get endings of their own."""


def label_names(paths: Iterable[str], *, never_folders: Collection[str] = ()) -> dict[str, str]:
    """For each image path the name of its label file without ending: no two are the same, whatever the capitals.

    Nor is one the path of another image, because readers are given names with and without an ending. It is the path
    without its ending, "a" for "a.jpg". Where that is another's, too, the ending stays, "a_jpg" and "a_png" or, beside
    "a.jpg", "a.jpg_png" for "a.jpg.png"; with a number when even that is another's. What a system forbids becomes an
    underscore, as in "a_b" for "a:b.jpg", and what names a device of Windows gets one: "aux_" for "aux.jpg"; so do
    folders that are called as one of never_folders. The names do not depend on the order of the paths.
    """
    paths = list(paths)
    labels = {path: _portable(_stem(path), never_folders) for path in paths}
    count = Counter(_key(name) for name in (*labels.values(), *(path for path in paths if labels[path] != path)))
    taken = {label for label, times in count.items() if times == 1} | set(map(_key, paths))
    for path in sorted(path for path, label in labels.items() if count[_key(label)] > 1):
        tied = _portable(_tied(path), never_folders)
        numbered = (f"{tied}_{number}" for number in itertools.count(2))
        labels[path] = next(name for name in itertools.chain((tied,), numbered) if _key(name) not in taken)
        taken.add(_key(labels[path]))
    return labels


def renamed_images(labels: Mapping[str, str]) -> list[str]:
    """The paths, in what label_names gave, of those that are not called as their image is."""
    return [path for path, label in labels.items() if label != _stem(path)]


def copy_name(path: str, label: str) -> str:
    """What a copy of the image is called beside a label file of that name."""
    return label + _portable(posixpath.splitext(path)[1]).rstrip("._ ")


def copy_names(paths: Iterable[str]) -> dict[str, str]:
    """For each image path that of its copy: the same, unless a system forbids it or, without its capitals, it is
    another's too."""
    paths = list(paths)
    labels = label_names(paths)
    count = Counter(map(_key, paths))
    copies = {path: path for path in paths if count[_key(path)] == 1 and _portable(path) == path}
    taken = set(map(_key, copies.values()))
    for path in sorted(set(paths) - set(copies)):
        numbered = (copy_name(path, f"{labels[path]}_{number}") for number in itertools.count(2))
        names = itertools.chain((copy_name(path, labels[path]),), numbered)
        copies[path] = next(name for name in names if _key(name) not in taken)
        taken.add(_key(copies[path]))
    return {path: copies[path] for path in paths}


def unique_names(paths: Iterable[str]) -> dict[str, str]:
    """The path of each name that only one of the paths has for its last part."""
    paths = list(paths)
    count = Counter(map(posixpath.basename, paths))
    return {name: path for path in paths if count[name := posixpath.basename(path)] == 1}


def _key(name: str) -> str:
    """The same for names that some system takes for the same file."""
    return name.casefold() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def _portable(path: str, never_folders: Collection[str] = ()) -> str:
    if len(path) < _MOST_BYTES // 4 and not _PERHAPS_ODD.search(path) and not any(f in path for f in never_folders):
        return path
    *folders, name = path.translate(_FORBIDDEN).split("/")
    folders = [_without_dots(folder) + "_" * (folder in never_folders) for folder in folders]
    return "/".join(_without_device(_cut(part)) for part in (*folders, _without_dots(name)))


def _without_dots(part: str) -> str:
    """Without dots and spaces at the end, which Windows drops."""
    return part if not part or part[-1] not in ". " else f"{part.rstrip('. ')}_"


def _without_device(part: str) -> str:
    before, dot, after = part.partition(".")
    return f"{before}_{dot}{after}" if before.rstrip().casefold() in _DEVICES else part


def _cut(part: str) -> str:
    data = part.encode("utf-8", "surrogatepass")
    return part if len(data) <= _MOST_BYTES else data[:_MOST_BYTES].decode("utf-8", "ignore")


def _stem(path: str) -> str:
    return str(PurePosixPath(path).with_suffix(""))


def _tied(path: str) -> str:
    return _stem(path) + PurePosixPath(path).suffix.replace(".", "_")
