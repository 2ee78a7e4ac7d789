"""`annotator weights`: list, inspect and import checkpoints."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from annotator.commands.console import Parser, stdout_for_results


@dataclass(frozen=True)
class WeightsOptions:
    """What `annotator weights` was asked. file: for info and import; None for list."""

    action: Literal["list", "info", "import"]
    file: Path | None


def parse(words: list[str]) -> WeightsOptions:
    """The options in the words after `annotator weights`; exits with 2 when they are wrong."""
    parser = Parser(
        prog="annotator weights",
        description="Look after TinySAM checkpoints: safetensors, PyTorch (.pth, .pt) and MindSpore (.ckpt) files.",
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(dest="action", metavar="list | info FILE | import FILE", required=True)
    actions.add_parser("list", help="the installed checkpoints; * marks the one used by default")
    for name, what in (
        ("info", "what a checkpoint says about itself"),
        ("import", "check a checkpoint and keep a copy, to be used from now on"),
    ):
        action = actions.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        action.add_argument("file", metavar="FILE", type=Path, help="the checkpoint")
    options = parser.parse_args(words, argparse.Namespace(file=None))
    return WeightsOptions(cast("Literal['list', 'info', 'import']", options.action), options.file)


def run(options: WeightsOptions) -> int:
    """Do what was asked and print the result; returns the exit code. Raises AnnotatorError."""
    if options.file is None:
        lines = _list()
    elif options.action == "info":
        lines = _info(options.file)
    else:
        lines = _import(options.file)
    print(*lines, sep="\n")
    return 0


def _list() -> list[str]:
    from annotator.segment.weights import installed_weights

    installed = installed_weights()
    best = next((weights for weights in installed if weights.is_usable), None)
    lines = [] if best is not None else ["No usable weights are installed; annotator weights import FILE keeps some."]
    for weights in installed:
        mark = "*" if weights is best else " "
        lines.append(f"{mark} {weights.name} ({'shipped' if weights.is_shipped else 'imported'}): {weights.path}")
        if weights.problem is not None:
            lines.append(f"    cannot be used: {weights.problem}")
        elif not weights.is_checked:
            lines.append("    not checked; annotator weights info FILE does, and import FILE makes it the default")
    return lines


def _info(path: Path) -> list[str]:
    from annotator.model.checkpoint import read_checkpoint

    with stdout_for_results():
        checkpoint = read_checkpoint(path)
    info = checkpoint.info
    lines = [
        f"name: {info.name}",
        f"image size: {checkpoint.config.image_size}",
        f"precision: {info.precision}",
        f"source: {info.source}",
        f"training data: {info.training_data}",
        f"licence: {info.licence}",
    ]
    return lines + [f"quality: {what}: {figure:g}" for what, figure in info.quality.items()]


def _import(path: Path) -> list[str]:
    from annotator.segment.weights import import_weights

    with stdout_for_results():
        imported = import_weights(path)
    return [f"{imported.name} is installed as {imported.path}."]
