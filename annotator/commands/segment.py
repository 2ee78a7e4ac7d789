"""`annotator segment`: one prompt on one image, without a window."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.commands.console import EXIT_INTERRUPTED, Parser, complain, stdout_for_results
from annotator.commands.interrupting import CtrlC
from annotator.commands.png import png_path

if TYPE_CHECKING:
    from annotator.segment import Proposal, Segmenter

_POINT_OR_BOX = ("--point", "--box")


@dataclass(frozen=True)
class SegmentOptions:
    """What `annotator segment` was asked. points: (x, y, label); box: x0 <= x1, y0 <= y1; pixels of the image."""

    image: Path
    points: tuple[tuple[float, float, int], ...]
    box: tuple[float, float, float, float] | None
    weights: Path | None
    mask_out: Path | None
    overlay: Path | None
    as_json: bool


def parse(words: list[str]) -> SegmentOptions:
    """The options in the words after `annotator segment`; exits with 2 when they are wrong."""
    parser = Parser(
        prog="annotator segment",
        usage="annotator segment IMAGE [--point X,Y[,0|1]]... [--box X0,Y0,X1,Y1] [--weights FILE] "
        "[--mask-out MASK.png] [--overlay OUT.png] [--json]",
        description="Segment one object of an image and print what TinySAM proposes, best first.",
        epilog="Coordinates are pixels from the top-left corner of the image as it is shown, x before y.",
        allow_abbrev=False,
    )
    parser.add_argument("image", metavar="IMAGE", type=Path, help="the image file")
    parser.add_argument(
        "--point",
        metavar="X,Y[,0|1]",
        dest="points",
        action="append",
        default=[],
        type=_point,
        help="a point on the object, or with ,0 beside it; may be repeated",
    )
    parser.add_argument(
        "--box", metavar="X0,Y0,X1,Y1", type=_box, help="two opposite corners of a box around the object"
    )
    parser.add_argument(
        "--weights", metavar="FILE", type=Path, help="the checkpoint; by default the best one installed"
    )
    parser.add_argument(
        "--mask-out", metavar="MASK.png", type=png_path, help="write the best mask, 255 on the object, 0 off it"
    )
    parser.add_argument(
        "--overlay", metavar="OUT.png", type=png_path, help="write the image with the mask and prompt drawn on it"
    )
    parser.add_argument(
        "--json", dest="as_json", action="store_true", help="print JSON, with masks as COCO run-lengths"
    )
    options = parser.parse_args(_tie_negative_numbers(words))
    if not options.points and options.box is None:
        parser.error("give at least one --point or a --box")
    used = [options.image.resolve()]
    for path in (options.mask_out, options.overlay):
        if path is not None:
            if path.resolve() in used:
                parser.error(f"{path} is named twice; give every output a file of its own")
            used.append(path.resolve())
    return SegmentOptions(**{**vars(options), "points": tuple(options.points)})


def _tie_negative_numbers(words: list[str]) -> list[str]:
    """`--box -5,0,20,30` as `--box=-5,0,20,30`: argparse would take the numbers for an option."""
    tied: list[str] = []
    for word in words:
        if tied and tied[-1] in _POINT_OR_BOX and re.match(r"-[\d.]", word):
            tied[-1] += f"={word}"
        else:
            tied.append(word)
    return tied


def _numbers(text: str) -> list[float]:
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers with commas between them") from None


def _point(text: str) -> tuple[float, float, int]:
    numbers = _numbers(text)
    if len(numbers) not in (2, 3) or numbers[2:] not in ([], [0.0], [1.0]):
        raise argparse.ArgumentTypeError(f"{text!r} is not X,Y or X,Y,0 or X,Y,1")
    return numbers[0], numbers[1], int(numbers[2]) if numbers[2:] else 1


def _box(text: str) -> tuple[float, float, float, float]:
    numbers = _numbers(text)
    if len(numbers) != 4:
        raise argparse.ArgumentTypeError(f"{text!r} is not X0,Y0,X1,Y1")
    (x0, x1), (y0, y1) = sorted(numbers[0::2]), sorted(numbers[1::2])
    return x0, y0, x1, y1


def run(options: SegmentOptions) -> int:
    """Segment, write the files asked for, print the proposals; returns the exit code. Raises AnnotatorError."""
    import numpy as np

    from annotator.commands.overlay import draw_overlay
    from annotator.commands.png import write_png
    from annotator.core.images import read_image
    from annotator.segment import CancellationToken, Cancelled, Prompt, load_segmenter

    prompt = Prompt(
        points=[(x, y) for x, y, _ in options.points],
        labels=[label for _, _, label in options.points],
        box=options.box,
    )
    image = read_image(options.image)
    height, width = image.rgb.shape[:2]
    prompt = prompt.cut_to(height, width)
    if image.note:
        complain(f"{options.image}: {image.note}")
    cancel = CancellationToken()
    try:
        with stdout_for_results(), CtrlC(cancel):
            segmenter = load_segmenter(options.weights)
            proposals = segmenter.decode(segmenter.encode(image.rgb, cancel=cancel), prompt)
            cancel.check()
    except Cancelled:
        complain("Interrupted; nothing was written.")
        return EXIT_INTERRUPTED

    best = proposals[0]
    if options.mask_out is not None:
        write_png(options.mask_out, best.mask.view(np.uint8) * np.uint8(255))
    if options.overlay is not None:
        write_png(options.overlay, draw_overlay(image.rgb, best.mask, prompt))
    answer = _answer(options.image, (height, width), segmenter, proposals)
    if options.as_json:
        print(json.dumps(answer))
    else:
        print(f"{options.image}: {width} x {height}, {segmenter.name}")
        for number, proposal in enumerate(answer["proposals"], start=1):
            x, y, w, h = proposal["bbox"]
            print(
                f"{number}  predicted IoU {proposal['predicted_iou']:.3f}  stability {proposal['stability']:.3f}  "
                f"{proposal['area']} px  {w} x {h} at ({x}, {y})"
            )
    return 0


def _answer(path: Path, size: tuple[int, int], segmenter: Segmenter, proposals: Sequence[Proposal]) -> dict[str, Any]:
    """What `--json` prints. size: (height, width); bbox is x, y, width, height; masks are COCO run-lengths."""
    from annotator.core.geometry import RunLengths

    described = []
    for proposal in proposals:
        mask = RunLengths.from_mask(proposal.mask)
        described.append(
            {
                "predicted_iou": float(proposal.predicted_iou),
                "stability": float(proposal.stability),
                "bbox": list(mask.bbox),
                "area": mask.area,
                "segmentation": mask.to_coco(),
            }
        )
    return {"image": str(path), "size": list(size), "weights": segmenter.name, "proposals": described}
