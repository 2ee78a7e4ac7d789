"""`annotator everything`: proposals all over one image, as a COCO file and as a picture."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.commands.console import EXIT_INTERRUPTED, Parser, complain, stdout_for_results
from annotator.commands.everything_options import EverythingOptions, add_arguments, common_options
from annotator.commands.interrupting import CtrlC
from annotator.commands.outputs import json_path, require_writable
from annotator.commands.png import png_path
from annotator.errors import DatasetError, SaveError

if TYPE_CHECKING:
    from annotator.segment.everything import EverythingProgress


@dataclass(frozen=True)
class EverythingCommand:
    """What `annotator everything` was asked."""

    image: Path
    out: Path
    overlay: Path | None
    everything: EverythingOptions


def parse(words: list[str]) -> EverythingCommand:
    """The options in the words after `annotator everything`; exits with 2 when they are wrong."""
    parser = Parser(
        prog="annotator everything",
        description="Propose masks for everything in one image and write them as a COCO file.",
        allow_abbrev=False,
    )
    parser.add_argument("image", metavar="IMAGE", type=Path, help="the image file")
    parser.add_argument(
        "--out",
        metavar="FILE.json",
        type=json_path,
        required=True,
        help="the COCO file; proposals that are there are replaced",
    )
    parser.add_argument(
        "--overlay", metavar="OUT.png", type=png_path, help="write the image with all masks drawn on it"
    )
    add_arguments(parser)
    options = parser.parse_args(words)
    if options.overlay is not None and options.overlay.resolve() == options.image.resolve():
        parser.error(f"{options.overlay} is the image itself; give the overlay a file of its own")
    return EverythingCommand(options.image, options.out, options.overlay, common_options(options))


def run(options: EverythingCommand) -> int:
    """Propose, write the files, say how many; returns the exit code. Raises AnnotatorError."""
    import os

    from annotator.commands.overlay import draw_masks
    from annotator.commands.png import write_png
    from annotator.core import coco
    from annotator.core.document import Document, ImageRecord, StoredProposal
    from annotator.core.images import read_image
    from annotator.segment import CancellationToken, Cancelled, load_segmenter
    from annotator.segment.everything import segment_everything
    from annotator.segment.stored_proposals import UNNAMED, category_for, new_proposals, stored_proposals
    from annotator.segment.weights import everything_config

    # Before the work, because it takes long.
    require_writable(options.out, "--out")
    _require_nothing_to_lose(options.out)
    if options.overlay is not None:
        require_writable(options.overlay, "--overlay")
    image = read_image(options.image)
    if image.note:
        complain(f"{options.image}: {image.note}")
    height, width = image.rgb.shape[:2]
    everything = options.everything
    cancel = CancellationToken()
    try:
        with stdout_for_results(), CtrlC(cancel):
            config = everything.applied_to(everything_config(everything.weights))
            segmenter = load_segmenter(everything.weights)
            embedding = segmenter.encode(image.rgb, cancel=cancel)
            proposals = segment_everything(
                segmenter, embedding, config, rgb=image.rgb, on_progress=_show, cancel=cancel
            )
            found = list(proposals)
    except Cancelled:
        complain("Interrupted; nothing was written.")
        return EXIT_INTERRUPTED
    found = [proposal.rounded() for proposal in found[: everything.max_masks]]
    image_path = Path(os.path.abspath(options.image))
    document = Document(image_path.parent)
    document.put(ImageRecord(1, image_path.name, height, width))
    category = category_for(document, everything.category or UNNAMED)
    document.put(category)
    new = new_proposals(found, ())
    for proposal in stored_proposals(
        new,
        document.take_ids(StoredProposal, len(new.found)),
        image_id=1,
        category_id=category.id,
        weights=segmenter.name,
        config=config,
    ):
        document.put(proposal)
    coco.write(document, Path(os.path.abspath(options.out)))
    if options.overlay is not None:
        write_png(options.overlay, draw_masks(image.rgb, [proposal.mask for proposal in found]))
    print(f"{options.out}: {len(found)} proposals on {options.image} ({width} x {height}), {segmenter.name}")
    return 0


def _require_nothing_to_lose(out: Path) -> None:
    """Raise SaveError when a file is there that holds more than an earlier command like this one has written."""
    from annotator.core import coco

    if not out.exists():
        return
    try:
        document = coco.read(out)
    except DatasetError as error:
        raise SaveError(
            f"{out} is there already and is no COCO file, so it is not replaced: give another --out."
        ) from error
    if document.instances or len(document.images) > 1:
        raise SaveError(
            f"{out} is there already and holds {len(document.images)} images and {len(document.instances)} instances, "
            "which would be lost: give another --out, or add proposals to it with `annotator prelabel`."
        )


def _show(progress: EverythingProgress) -> None:
    if sys.stderr.isatty():
        end = "\n" if progress.decoded == progress.planned else ""
        print(f"\r{progress.decoded}/{progress.planned} prompts\x1b[K", end=end, file=sys.stderr, flush=True)
