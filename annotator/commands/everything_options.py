"""The options that `annotator everything` and `annotator prelabel` have in common."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from annotator.segment.everything_config import EverythingConfig

MODES = ("hierarchical", "grid")


@dataclass(frozen=True)
class EverythingOptions:
    """What was asked for; None where nothing was. max_masks: the most kept of an image."""

    weights: Path | None
    mode: str | None
    points: int | None
    min_iou: float | None
    min_area: int | None
    crop_layers: int | None
    max_masks: int | None
    category: str | None

    def applied_to(self, config: EverythingConfig) -> EverythingConfig:
        """The thresholds, a checkpoint's or an interrupted run's, with those replaced that were asked for."""
        from dataclasses import replace

        return replace(
            config,
            hierarchical=config.hierarchical if self.mode is None else self.mode == MODES[0],
            points_per_side=config.points_per_side if self.points is None else self.points,
            predicted_iou=config.predicted_iou if self.min_iou is None else self.min_iou,
            min_area=config.min_area if self.min_area is None else self.min_area,
            crop_layers=config.crop_layers if self.crop_layers is None else self.crop_layers,
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser."""
    parser.add_argument("--weights", metavar="FILE", type=Path, help="the checkpoint; by default the best installed")
    parser.add_argument("--mode", choices=MODES, help="hierarchical (default) is faster than grid")
    parser.add_argument(
        "--points", metavar="N", type=_whole(2, 256), help="prompts along each axis of the grid; default: the weights'"
    )
    parser.add_argument("--min-iou", metavar="X", type=_share, help="least predicted IoU, 0..1; default: the weights'")
    parser.add_argument(
        "--min-area", metavar="PIXELS", type=_whole(0, None), help="remove smaller islands and fill holes"
    )
    parser.add_argument(
        "--crop-layers", metavar="N", type=_whole(0, 2), help="also look at 2 x 2 parts (1), 4 x 4 more (2)"
    )
    parser.add_argument("--max-masks", metavar="N", type=_whole(1, None), help="keep only the N best of an image")
    parser.add_argument("--category", metavar="NAME", type=_name, help='what they are proposed as; default: "object"')


def common_options(namespace: argparse.Namespace) -> EverythingOptions:
    """The options in a parsed namespace."""
    return EverythingOptions(**{name: getattr(namespace, name) for name in EverythingOptions.__dataclass_fields__})


class _whole:  # noqa: N801 - a type for argparse, used like int
    """A whole number from `least` to `most`."""

    def __init__(self, least: int, most: int | None) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        limits = f"from {self._least} on" if self._most is None else f"from {self._least} to {self._most}"
        if not text.isdecimal() or int(text) < self._least or (self._most is not None and int(text) > self._most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number {limits}")
        return int(text)


def workers_number(text: str) -> int:
    """A number of workers, for argparse."""
    return _whole(1, None)(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def _name(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a category needs a name")
    return text.strip()
