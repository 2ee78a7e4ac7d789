"""`annotator prelabel`: proposals for all images of a folder, without a window."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.commands.console import EXIT_INTERRUPTED, Parser, complain, stdout_for_results
from annotator.commands.everything_options import EverythingOptions, add_arguments, common_options, workers_number
from annotator.commands.interrupting import CtrlC
from annotator.commands.outputs import json_path, require_writable
from annotator.errors import AnnotatorError, DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from annotator.segment import Segmenter
    from annotator.segment.prelabel import PrelabelProgress, PrelabelReport, PrelabelRequest
    from annotator.segment.prelabel_engines import Engine
    from annotator.segment.prelabel_interrupted import InterruptedRun

EXIT_SOME_FAILED = 3
ENGINES = ("local", "ray")

_LINE_SECONDS = 15.0  # between two lines of progress where lines cannot be overwritten


@dataclass(frozen=True)
class PrelabelOptions:
    """What `annotator prelabel` was asked. out: None for the folder's own COCO file."""

    folder: Path
    out: Path | None
    resume: bool
    again: bool
    recursive: bool
    engine: str
    workers: int
    address: str | None
    everything: EverythingOptions


def parse(words: list[str]) -> PrelabelOptions:
    """The options in the words after `annotator prelabel`; exits with 2 when they are wrong."""
    parser = Parser(
        prog="annotator prelabel",
        description="Propose masks for every image of a folder and add them to its COCO file. Instances in the file "
        "are never touched. It can be interrupted at any moment and resumed.",
        epilog="With --resume, options that are not given are those of the interrupted run. The exit code is 0 when "
        "all is done, 3 when some images failed, 1 for an error, 130 after Ctrl+C.",
        allow_abbrev=False,
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder with the images")
    parser.add_argument(
        "--out", metavar="FILE.json", type=json_path, help="the COCO file; default: annotations.coco.json in the folder"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with a run that was interrupted, if there is one; images that failed in it are tried again",
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="images, too, that were pre-labelled with these weights and settings, or have proposals of the window",
    )
    parser.add_argument("--recursive", action="store_true", help="sub-folders, too")
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="local processes, or a Ray cluster")
    parser.add_argument("--workers", metavar="N", type=workers_number, default=1, help="processes at work; default 1")
    parser.add_argument("--address", metavar="ADDRESS", help="of a running Ray cluster; default: one on this machine")
    add_arguments(parser)
    options = parser.parse_args(words)
    if options.address is not None and options.engine != "ray":
        parser.error("--address only goes with --engine ray")
    own = {name: value for name, value in vars(options).items() if name in PrelabelOptions.__dataclass_fields__}
    return PrelabelOptions(**own, everything=common_options(options))


def run(options: PrelabelOptions) -> int:
    """Pre-label the folder and say what came of it; returns the exit code. Raises AnnotatorError."""
    import os

    from annotator import paths
    from annotator.core.dataset import COCO_NAME
    from annotator.core.unsaved import refuse_unsaved
    from annotator.segment import CancellationToken, Cancelled
    from annotator.segment.prelabel import prelabel
    from annotator.segment.prelabel_interrupted import begun_run

    folder = Path(os.path.abspath(options.folder))
    if not folder.is_dir():
        raise DatasetError(f"{options.folder} is not a folder: give the folder that holds the images.")
    out = folder / COCO_NAME if options.out is None else Path(os.path.abspath(options.out))
    require_writable(out, "--out")
    refuse_unsaved(paths.state_dir() / "journals", out)
    cancel = CancellationToken()
    progress = _ProgressLine()
    with stdout_for_results(), CtrlC(cancel):
        begun = begun_run(out) if options.resume else None
        if options.resume and begun is None:
            complain(f"No run over {out} was interrupted, so there is nothing to go on with: this one begins anew.")
        request, weights = _request(options, folder, out, begun)
        try:
            report = prelabel(
                request, _engine(options, weights), resume=options.resume, on_progress=progress.show, cancel=cancel
            )
        except Cancelled:
            progress.end()
            complain("Interrupted; what is done is kept. The same command with --resume goes on with it.")
            return EXIT_INTERRUPTED
        finally:
            progress.end()
    for note in report.notes:
        complain(note)
    for problem in report.problems.values():
        complain(problem)
    print(*_summary(out, report), sep="\n")
    return EXIT_SOME_FAILED if report.problems else 0


def _summary(out: Path, report: PrelabelReport) -> list[str]:
    """What is printed at the end."""
    again = "with these weights and settings: --again does them again"
    done = report.images - len(report.problems)
    if report.images:
        noun = "proposal" if report.proposals == 1 else "proposals"
        lines = [f"{out}: {report.proposals} {noun} on {done} of {report.images} images"]
    elif report.labelled or report.proposed:
        lines = [f"{out}: nothing to do"]
    else:
        lines = [f"{out}: nothing to do, {_all_images(report.skipped)} been pre-labelled {again}"]
    if report.is_unchanged:
        lines.append("the file is as it was: there was nothing to add to it")
    if report.skipped and (report.images or report.labelled or report.proposed):
        lines.append(f"{report.skipped} more had been pre-labelled {again}")
    if report.proposed:
        lines.append(f"left out: {report.proposed} with proposals made in the window; --again replaces them")
    if report.labelled:
        lines.append(f"left out, as the window was asked to that began the run: {report.labelled} with instances")
    return lines


def _all_images(count: int) -> str:
    return "its image had" if count == 1 else f"all {count} images had"


def _request(
    options: PrelabelOptions, folder: Path, out: Path, begun: InterruptedRun | None
) -> tuple[PrelabelRequest, Path]:
    """What the run is asked for, and the checkpoint. What was not asked for is as in `begun`, which is gone on with."""
    from annotator.segment.prelabel import PrelabelRequest
    from annotator.segment.prelabel_interrupted import InterruptedRun
    from annotator.segment.stored_proposals import UNNAMED
    from annotator.segment.weights import weights_summary, weights_with_digest

    everything = options.everything
    summary = weights_summary(everything.weights)
    if begun is not None and everything.weights is None and summary.digest != begun.weights_digest:
        summary = weights_summary(weights_with_digest(begun.weights_digest))
    usual = begun or InterruptedRun({}, summary.everything, done=frozenset())
    request = PrelabelRequest(
        folder=folder,
        coco_path=out,
        config=everything.applied_to(usual.config),
        weights=summary.name,
        weights_digest=summary.digest,
        image_size=summary.image_size,
        recursive=options.recursive or usual.recursive,
        max_masks=everything.max_masks or usual.max_masks,
        category=everything.category or usual.category or UNNAMED,
        again=options.again or usual.again,
        only_untouched=usual.only_untouched,
    )
    return request, summary.path


def _engine(options: PrelabelOptions, weights: Path) -> Engine:
    from annotator import paths
    from annotator.segment import load_segmenter
    from annotator.segment.disk_cache import DiskCache
    from annotator.segment.prelabel_engines import HereEngine, ProcessesEngine

    load = partial(load_segmenter, weights)
    if options.engine == "ray":
        try:
            from annotator.segment.prelabel_ray import RayEngine
        except ModuleNotFoundError as error:
            if error.name != "ray":
                raise
            raise AnnotatorError("Ray is not installed: pip install 'tinysam-annotator[ray]'.") from error
        return RayEngine(load, options.workers, options.address)
    cache = DiskCache.existing(paths.embeddings_dir())
    if cache is not None:
        load = partial(load, cache=cache)
    if options.workers == 1:
        return HereEngine(load)
    return ProcessesEngine(partial(_load_beside, load, options.workers), options.workers)


def _load_beside(load: Callable[[], Segmenter], workers: int) -> Segmenter:
    """A segmenter in one of so many processes: each has its share of the processors, for their threads spin."""
    from annotator import kernels

    if kernels.available():
        kernels.set_threads(max(1, kernels.usable_processors() // workers))
    return load()


class _ProgressLine:
    """One line on stderr that is overwritten, or now and then a new one where it cannot be."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._shown = 0.0
        self._is_open = False

    def show(self, progress: PrelabelProgress) -> None:
        now = time.monotonic()
        if not progress.total:
            return
        if not self._on_terminal and self._shown and now - self._shown < _LINE_SECONDS and not _is_last(progress):
            return
        self._shown = now
        text = f"{progress.done}/{progress.total} images"
        if progress.failed:
            text += f", {progress.failed} failed"
        left = progress.seconds_left
        if left is not None and progress.done < progress.total:
            speed = (progress.done - progress.resumed) / max(progress.seconds, 1e-9) * 60
            text += f", {speed:.1f} a minute, {_duration(left)} left"
        elif progress.resumed and progress.done == progress.resumed:
            text += f", {progress.resumed} from the interrupted run"
        # \x1b[K clears what a longer line left behind.
        print(f"\r{text}\x1b[K" if self._on_terminal else text, end="" if self._on_terminal else "\n", file=sys.stderr)
        sys.stderr.flush()
        self._is_open = self._on_terminal

    def end(self) -> None:
        """Leave the line as it is; what comes next starts a new one."""
        if self._is_open:
            print(file=sys.stderr)
            self._is_open = False


def _is_last(progress: PrelabelProgress) -> bool:
    return progress.done == progress.total


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
