"""`annotator import`: annotations of another program, added to a COCO file."""

from __future__ import annotations

import argparse
import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.commands.console import Parser
from annotator.commands.export import FORMATS
from annotator.commands.outputs import json_path

if TYPE_CHECKING:
    from annotator.core.formats.merge import MergePlan


@dataclass(frozen=True)
class ImportCommand:
    """What `annotator import` was asked. format: None finds out. images: the folder of the images, or None."""

    source: Path
    out: Path
    format: str | None
    images: Path | None
    preview: bool


def parse(words: list[str]) -> ImportCommand:
    """The options in the words after `annotator import`; exits with 2 when they are wrong."""
    parser = Parser(
        prog="annotator import",
        description="Add the annotations of a COCO or labelme file, a YOLO or Pascal VOC data set, or a folder of "
        "mask PNGs to a COCO file.",
        epilog="What FILE.json has already is never replaced, and the same mask is not added twice.",
        allow_abbrev=False,
    )
    parser.add_argument("source", metavar="SOURCE", type=Path, help="the file or folder to import")
    parser.add_argument(
        "--out", metavar="FILE.json", type=json_path, required=True, help="the COCO file; it may be new"
    )
    parser.add_argument("--format", choices=FORMATS, help="what SOURCE is, when it is not plain to see")
    parser.add_argument("--images", metavar="DIR", type=Path, help="the folder of the images, when it is not SOURCE's")
    parser.add_argument("--preview", action="store_true", help="only say what would be added")
    return ImportCommand(**vars(parser.parse_args(words, argparse.Namespace())))


def run(command: ImportCommand) -> int:
    """Import, save and print what was added; returns the exit code. Raises AnnotatorError."""
    from annotator import paths
    from annotator.core import coco
    from annotator.core.backups import keep_backup
    from annotator.core.document import Document
    from annotator.core.formats.exchange import read_foreign
    from annotator.core.formats.image_index import ImageIndex
    from annotator.core.formats.merge import NewImages, plan_merge
    from annotator.core.image_places import read_coco
    from annotator.core.lock import DatasetLock
    from annotator.core.unsaved import refuse_unsaved
    from annotator.errors import DatasetError

    # A preview writes nothing, so it may look on while another process edits.
    with (
        contextlib.nullcontext()
        if command.preview
        else DatasetLock.for_writing(command.out, program="annotator import")
    ):
        if not command.preview:
            refuse_unsaved(paths.state_dir() / "journals", command.out)
        if command.images is not None and not command.images.is_dir():
            raise DatasetError("{folder} is no folder: name the one that the images lie in.", folder=command.images)
        images = None if command.images is None else ImageIndex.of_folder(command.images)
        is_new = not command.out.exists()
        known = None if is_new else read_coco(command.out)
        imported = read_foreign(command.source, command.format, images=images, known=known)
        document = Document(imported.document.image_root) if known is None else known
        # Where nothing is yet, the images are where the source's are, and may be put there later.
        new_images = NewImages.ALL if is_new else NewImages.ON_DISK
        plan = plan_merge(document, imported.document, new_images=new_images)
        print(*_lines(plan, imported.notes, document.image_root), sep="\n")
        if command.preview:
            return 0
        plan.put_into(document)
        keep_backup(command.out)
        coco.write(document, command.out)
    print(f"saved: {command.out}")
    return 0


def _lines(plan: MergePlan, notes: tuple[str, ...], image_root: Path) -> list[str]:
    lines = [
        f"categories: {len(plan.categories)} new",
        f"images: {len(plan.images)} new",
        f"instances: {len(plan.instances)} new, {plan.repeated} there already",
    ]
    if plan.proposals:
        lines.append(f"proposals: {len(plan.proposals)} new")
    for path in plan.other_size:
        lines.append(f"left out: {path}, which has another size there")
    for path in plan.unknown_images:
        lines.append(f"left out: {path}, which the file does not list and which is not in {image_root}")
    for path in plan.unlike.images:
        lines.append(
            f"left out: what is said of {path}, for the file says something else (note, status, review or other keys)"
        )
    for name in plan.unlike.categories:
        lines.append(f"left out: attributes, supercategory or other keys of {name}, for the file has others")
    if some := plan.unlike.instances:
        lines.append(
            f"left out: what is said of {len(some)} instances there already, such as {some[0]}, for the file says "
            "something else (review, attributes, group, lock, crowd or other keys)"
        )
    if plan.file_keys:
        lines.append(f"left out: what the source says of itself: {', '.join(plan.file_keys)}")
    if plan.unlicensed:
        lines.append(
            f"left out: the licence of {plan.unlicensed} new images, for the file has not that one by its number"
        )
    return [*lines, *notes]
