"""`annotator stats`: what a COCO file holds, in numbers."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.commands.console import Parser

if TYPE_CHECKING:
    from annotator.core.stats import Statistics


@dataclass(frozen=True)
class StatsOptions:
    """What `annotator stats` was asked. html: where to write a page, or None. language: of the page."""

    file: Path
    html: Path | None
    language: str


def parse(words: list[str]) -> StatsOptions:
    """The options in the words after `annotator stats`; exits with 2 when they are wrong."""
    parser = Parser(
        prog="annotator stats",
        description="Count what a COCO file holds: categories, sizes, instances on an image.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE.json", type=Path, nargs="?", help="the COCO file")
    parser.add_argument(
        "--html",
        metavar="PAGE.html",
        type=Path,
        nargs="?",
        const=Path(),
        help="also write a page with plots; without a name, FILE.html beside the file",
    )
    parser.add_argument(
        "--language", choices=("en", "zh-CN"), default="en", help="the language of the page (default: %(default)s)"
    )
    options = parser.parse_args(words, argparse.Namespace())
    file, html = options.file, options.html
    if file is None and html is not None:  # argparse gives a word after --html to it: "--html FILE.json"
        file, html = html, Path()
    if file is None or file == Path():
        parser.error("the following arguments are required: FILE.json")
    if html == Path():
        html = file.with_suffix(".html")
    # The words may be in another order than they are meant: no dataset is to become a page.
    if html is not None and html.suffix.lower() not in (".html", ".htm"):
        parser.error(f"a page is written, so {html} has to end in .html")
    return StatsOptions(file, html, options.language)


def run(options: StatsOptions) -> int:
    """Print the counts and write the page; returns the exit code. Raises AnnotatorError."""
    from annotator.core import coco
    from annotator.core.stats import statistics

    counted = statistics(coco.read(options.file))
    print(*_lines(counted), sep="\n")
    if options.html is not None:
        from annotator.core.atomic import replace_file
        from annotator.core.stats_page import stats_page
        from annotator.core.stats_words import WORDS

        # The folder's name says more than that of the file, which is often the same.
        title = f"{options.file.resolve().parent.name}/{options.file.name}".removeprefix("/")
        page = stats_page(counted, title, WORDS[options.language])
        replace_file(options.html, page.encode("utf-8", "backslashreplace"))
        print(f"\nsaved: {options.html}")
    return 0


def _lines(counted: Statistics) -> list[str]:
    lines = [f"images: {counted.images}, {counted.annotated_images} with instances"]
    if counted.instances:
        lines.append(
            f"instances: {counted.instances}: {counted.small} small, {counted.medium} medium, {counted.large} large, "
            f"{counted.empty} without a pixel; {counted.crowds} crowds"
        )
    else:
        lines.append("instances: none yet" + ("; proposals become instances once accepted" * bool(counted.proposals)))
    if counted.proposals:
        lines.append(f"proposals: {counted.proposals} on {counted.proposed_images} of the images")
    return [*lines, *_category_table(counted), *_histograms(counted)]


def _category_table(counted: Statistics) -> list[str]:
    """Of what is there: a file may have instances, proposals, both or neither."""
    if not counted.categories:
        return []
    head, rows = "category", [" ".join(category.name.split()) for category in counted.categories]
    if counted.proposals:
        head = f"{'proposals':>9}  {head}"
        rows = [f"{c.proposals:>9}  {row}" for c, row in zip(counted.categories, rows, strict=True)]
    if counted.instances:
        head = f"{'instances':>9}  {'images':>6}  {'median px':>9}  {head}"
        rows = [
            f"{c.instances:>9}  {c.images:>6}  {c.median_area:>9.0f}  {row}"
            for c, row in zip(counted.categories, rows, strict=True)
        ]
    return ["", head, *rows]


def _histograms(counted: Statistics) -> list[str]:
    lines = []
    for what, title, bars in (
        ("instances", "square root of the area, px", counted.sizes),
        ("images", "instances on an image", counted.per_image if counted.instances else ()),
        ("instances", "source of the mask", counted.sources),
        ("proposals", "square root of the area, px", counted.proposal_sizes),
    ):
        if bars:
            lines += ["", f"{what:>9}  {title}", *(f"{bar.count:>9}  {bar.label}" for bar in bars)]
    return lines
