"""`annotator export`: a COCO file in another format, proved by reading it back."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.commands.console import Parser, complain

if TYPE_CHECKING:
    from annotator.core.document import Document
    from annotator.core.formats.options import ExportOptions
    from annotator.core.formats.report import ExportReport

FORMATS = ("coco", "yolo", "voc", "masks", "labelme")
_SHAPES = ("keep", "exact", "polygons")
_SHAPES_OF = {"coco": _SHAPES, "yolo": ("keep", "polygons"), "voc": ("keep",), "masks": ("keep",), "labelme": _SHAPES}
_WITH_SPLIT = ("coco", "yolo", "voc")
_LISTED = 10
EXIT_INCOMPLETE = 1


@dataclass(frozen=True)
class ExportCommand:
    """What `annotator export` was asked; see core's ExportOptions. images: the folder of the images."""

    file: Path
    format: str
    out: Path
    images: Path | None
    categories: tuple[str, ...]
    accepted_only: bool
    proposals: bool
    copy_images: bool
    val: float
    seed: int
    shape: str
    tolerance: float


def parse(words: list[str]) -> ExportCommand:
    """The options in the words after `annotator export`; exits with 2 when they are wrong."""
    parser = Parser(
        prog="annotator export",
        description="Write a COCO file in another format, read it back, and say what became of every mask.",
        epilog="The exit code is 1 when an instance did not come back. Nothing that is there already is replaced.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE.json", type=Path, help="the COCO file")
    parser.add_argument("--format", choices=FORMATS, required=True, help="what to write")
    parser.add_argument(
        "--out", metavar="PATH", type=Path, required=True, help="a new file for coco, a new folder else"
    )
    parser.add_argument("--images", metavar="DIR", type=Path, help="the folder of its images, when they lie elsewhere")
    parser.add_argument("--copy-images", action="store_true", help="copy the images beside the annotations")
    parser.add_argument(
        "--category", dest="categories", metavar="NAME", action="append", default=[], help="only these; may be repeated"
    )
    parser.add_argument("--accepted-only", action="store_true", help="only what a review has accepted")
    parser.add_argument(
        "--proposals",
        action="store_true",
        help="also masks that are only proposed; all formats but coco make instances of them",
    )
    parser.add_argument("--val", metavar="SHARE", type=_share, default=0.0, help="share of images for validation: 0.2")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="another number is another split")
    parser.add_argument(
        "--shape",
        choices=_SHAPES,
        default="keep",
        help="coco: as the file has them, run-lengths, or polygons; labelme: exact for pixels instead of polygons",
    )
    parser.add_argument(
        "--tolerance",
        metavar="PIXELS",
        type=_tolerance,
        default=0.0,
        help="fewer corners in polygons that may be off by this much; without it they are exact",
    )
    options = parser.parse_args(words, argparse.Namespace())
    problem = _problem(options)
    if problem:
        parser.error(problem)
    return ExportCommand(**{**vars(options), "categories": tuple(options.categories)})


def _problem(options: argparse.Namespace) -> str:
    """What was asked for that the format has not, or an empty text: it would be left undone without a word."""
    name, shape = options.format, options.shape
    if name == "coco" and options.out.suffix.lower() != ".json":
        return f"argument --out: {str(options.out)!r} must end in .json"
    if options.val and name not in _WITH_SPLIT:
        return f"--val does not go with {name}, which has no split: only with {', '.join(_WITH_SPLIT)}"
    if shape not in _SHAPES_OF[name]:
        return f"--shape {shape} does not go with {name}"
    has_polygons = name == "yolo" or (name == "labelme" and shape != "exact") or (name, shape) == ("coco", "polygons")
    if options.tolerance and not has_polygons:
        remedy = "; add --shape polygons" if name == "coco" else ""
        return f"--tolerance goes with polygons, and there are none here{remedy}"
    return ""


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to 1")
    return value


def _tolerance(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text} is not a number of pixels from 0 to 100")
    return value


def run(command: ExportCommand) -> int:
    """Export and print the report; returns the exit code. Raises AnnotatorError."""
    from annotator.core.formats.exchange import export
    from annotator.core.formats.options import ExportOptions, Shape
    from annotator.core.image_places import read_coco
    from annotator.errors import DatasetError

    document = read_coco(command.file, command.images)
    for name in command.categories:
        if document.category_named(name) is None:
            raise DatasetError(f"{command.file} has no category {name!r}: check its name.")
    options = ExportOptions(
        categories=frozenset(command.categories) or None,
        accepted_only=command.accepted_only,
        proposals=command.proposals,
        copy_images=command.copy_images,
        val_fraction=command.val,
        seed=command.seed,
        shape=Shape(command.shape),
        tolerance=command.tolerance,
    )
    report = export(document, command.format, command.out, options)
    print(*_lines(report), sep="\n")
    _tell_left_out(document, options)
    if unexplained := report.unexplained:
        complain(f"{len(unexplained)} instances did not come back, such as instance {unexplained[0]}.")
    return EXIT_INCOMPLETE if report.missing else 0


def _tell_left_out(document: Document, options: ExportOptions) -> None:
    """Say how many proposals of the chosen categories were not exported, and what exports them."""
    from annotator.core.formats.options import proposals_left_out

    if count := proposals_left_out(document, options):
        remedy = "--proposals without --accepted-only" if options.accepted_only else "--proposals"
        print(f"proposals left out: {count}; {remedy} exports them")


def _lines(report: ExportReport) -> list[str]:
    lines = [f"written: {path}" for path in report.files]
    lines.append(f"images: {report.images}")
    if report.instances:
        lines.append(f"instances: {report.instances}, {report.exact} of them with exactly the same mask")
        if report.proposals:
            lines.append(f"    of these {report.proposals} are only proposed")
        of_those = " of those that came back" if report.missing else ""
        lines.append(f"worst IoU{of_those}: {report.worst_iou:.4f}")
    else:
        lines.append("instances: none; nothing was chosen that could be exported")
    for deviation in report.changed[:_LISTED]:
        lines.append(f"    instance {deviation.instance_id}: IoU {deviation.iou:.4f}")
    if len(report.changed) > _LISTED:
        lines.append(f"    and {len(report.changed) - _LISTED} more that are not exactly the same")
    if report.missing:
        lines.append(f"did not come back: {_ids(report.missing)}")
    for loss in report.losses:
        ids = f": {_ids(loss.instance_ids)}" if loss.instance_ids else ""
        remedy = f"; --format {' or '.join(loss.held_by)} holds this" if loss.held_by else ""
        lines.append(f"not held: {loss.what}{ids}{remedy}")
    return [*lines, *(f"note: {note}" for note in report.notes)]


def _ids(instance_ids: tuple[int, ...]) -> str:
    more = f" and {len(instance_ids) - _LISTED} more" if len(instance_ids) > _LISTED else ""
    return f"{len(instance_ids)} (instances {', '.join(map(str, instance_ids[:_LISTED]))}{more})"
