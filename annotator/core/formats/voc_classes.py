"""The names of Pascal VOC's classes, and their colours."""

from __future__ import annotations

import re
from pathlib import Path

from annotator.core.formats.files import read_text, voc_palette
from annotator.errors import DatasetError

MAX_NUMBER = 254
"""Numbers are bytes, and 0 and 255 are taken."""

VOID = 255
"""What is not labelled."""

VOC_NAMES = ["aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"]
VOC_NAMES += [
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
]
_LABEL = re.compile(r"(?P<name>.*?):(?P<red>\d{1,3}),(?P<green>\d{1,3}),(?P<blue>\d{1,3}):[^:]*:[^:]*")


def read_classes(source: Path) -> tuple[list[str], dict[int, int]]:
    """The names of the classes from 1 on, VOC_NAMES when nothing names them; and the class of each colour."""
    path = source / "labelmap.txt"
    colours = [red << 16 | green << 8 | blue for red, green, blue in voc_palette().tolist()]
    if not path.is_file():
        names = _class_names(source / "class_names.txt") or VOC_NAMES
        return names, {
            colour: number for number, colour in enumerate(colours) if number in (*range(len(names) + 1), VOID)
        }
    names = []
    number_of_colour = {colours[VOID]: VOID}
    for line in read_text(path).splitlines():
        if not line.strip() or line.startswith("# label:"):
            continue
        match = _LABEL.fullmatch(line)
        if match is None:
            raise DatasetError(
                'In {path}, the line {line!r} is not like "name:red,green,blue::": correct it.',
                path=path,
                line=line[:80],
            )
        red, green, blue = (int(match[channel]) for channel in ("red", "green", "blue"))
        if not names and (red, green, blue) != (0, 0, 0):
            names.append("background")  # which some leave out, though its number is 0 all the same
        number_of_colour[red << 16 | green << 8 | blue] = len(names)
        names.append(match["name"])
    if not names or len(names) > MAX_NUMBER + 1:
        raise DatasetError(
            "{path} names {count} classes, but there can be {max_number} and the background.",
            path=path,
            count=len(names),
            max_number=MAX_NUMBER,
        )
    return names[1:], number_of_colour


def _class_names(path: Path) -> list[str]:
    """What labelme's converter writes: the classes from 0 on, the first of them the background; none without a file."""
    if not path.is_file():
        return []
    names = [line.strip() for line in read_text(path).splitlines() if line.strip()]
    if names and names[0] == "__ignore__":
        del names[0]
    return names[1 : MAX_NUMBER + 1] if names and names[0].strip("_").lower() == "background" else names[:MAX_NUMBER]
