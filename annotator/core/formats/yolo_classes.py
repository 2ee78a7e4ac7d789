"""What a YOLO data set says of itself: the names of its classes and where it lies, in data.yaml and its like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.core.formats.files import read_text
from annotator.errors import DatasetError

_PREFERRED = ("data", "dataset")
_MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Classes:
    """names: of the classes, from 0 on. has_keypoints: whether a line is a box and keypoints (Ultralytics' pose)."""

    names: tuple[str, ...]
    has_keypoints: bool = False


def folder_of(source: Path) -> Path:
    """The folder with the images and labels: `source`, or where a data.yaml says, if that is here."""
    if source.is_dir():
        return source
    if source.suffix.lower() in (".yaml", ".yml"):
        place = _content(source).get("path")
        if isinstance(place, str) and place and "\0" not in place and (source.parent / place).is_dir():
            return (source.parent / place).resolve()
    return source.parent


def read_classes(source: Path) -> Classes:
    """The classes of a folder or of a data.yaml. Raises DatasetError when nothing names them."""
    if source.is_file():
        return _of_yaml(source, _content(source))
    files = sorted(source.glob("*.y*ml"), key=lambda path: (path.stem not in _PREFERRED, path.name))
    # Settings of a training may lie beside it.
    for path in files:
        if "names" in (content := _content(path)) or len(files) == 1:
            return _of_yaml(path, content)
    lists = [source / "classes.txt", source / "labels" / "classes.txt", *sorted(source.glob("*.names"))]
    for path in lists:
        if path.is_file():
            return Classes(tuple(line.strip() for line in read_text(path).splitlines() if line.strip()))
    raise DatasetError(
        "There is neither a data.yaml nor a classes.txt with the names of the classes in {folder}: add one.",
        folder=source,
    )


def _content(path: Path) -> Mapping[str, Any]:
    # Not with the module: the window imports that when it starts.
    import yaml  # type: ignore[import-untyped]

    text = read_text(path)
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        raise DatasetError(
            "{path} is not valid YAML ({reason}): correct it.", path=path, reason=" ".join(str(error).split())[:200]
        ) from error
    return content if isinstance(content, dict) else {}


def _of_yaml(path: Path, content: Mapping[str, Any]) -> Classes:
    names = content.get("names")
    if isinstance(names, dict) and all(map(_is_number, names)):
        numbered = {int(number): name for number, name in names.items()}
        if numbered and not 0 <= min(numbered) <= max(numbered) <= _MOST_CLASSES:
            raise DatasetError('The numbers of the "names" in {path} are not from 0 to 10000: correct them.', path=path)
        names = [numbered.get(number, f"class {number}") for number in range(max(numbered, default=-1) + 1)]
    if not isinstance(names, list) or not all(isinstance(name, str | int) for name in names):
        raise DatasetError('{path} has no "names", a list of the names of the classes: add it.', path=path)
    return Classes(tuple(map(str, names)), has_keypoints=content.get("kpt_shape") is not None)


def _is_number(key: object) -> bool:
    """A whole number, or one that YAML takes for a text because it is quoted."""
    return type(key) is int or (isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 9)
