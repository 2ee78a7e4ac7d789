"""`annotator check`: all problems of a COCO file."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from annotator.commands.console import Parser

EXIT_PROBLEMS = 1


@dataclass(frozen=True)
class CheckOptions:
    """What `annotator check` was asked. images: the folder of the images; None for what the file says."""

    file: Path
    images: Path | None


def parse(words: list[str]) -> CheckOptions:
    """The options in the words after `annotator check`; exits with 2 when they are wrong."""
    parser = Parser(
        prog="annotator check",
        description="Check a COCO file and explain every problem in it.",
        epilog="The exit code is 1 when there are problems, and 0 when there are none.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE.json", type=Path, help="the COCO file")
    parser.add_argument("--images", metavar="DIR", type=Path, help="the folder of its images, when they lie elsewhere")
    return CheckOptions(**vars(parser.parse_args(words, argparse.Namespace())))


def run(options: CheckOptions) -> int:
    """Print the problems, one a line; returns the exit code. Raises AnnotatorError."""
    from annotator.core.check import check_file

    problems = check_file(options.file, image_root=options.images)
    for problem in problems:
        print(" ".join(str(problem).split()))
    if not problems:
        print(f"{options.file}: no problems.")
        return 0
    print(f"{options.file}: {len(problems)} problem{'s' if len(problems) > 1 else ''}.")
    if _helps_to_import(options):
        print(f"It cannot be opened like this, but imported: annotator import {options.file} --out NEW.json")
    return EXIT_PROBLEMS


def _helps_to_import(options: CheckOptions) -> bool:
    """Whether an import puts right what keeps the file from being opened."""
    from annotator.core import coco
    from annotator.core.formats.exchange import read_foreign
    from annotator.errors import DatasetError

    try:
        coco.read(options.file)
    except DatasetError:
        try:
            imported = read_foreign(options.file, "coco")
        except DatasetError:
            return False
        return bool(imported.document.instances)
    return False
