"""The command line: open the window, or hand over to one of the commands.

Only the standard library is imported up here, and each command imports what it needs: `--help` and `--version` answer
at once.
"""

from __future__ import annotations

import argparse
import difflib
import errno
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from annotator import __version__
from annotator.commands.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_NO_DISPLAY, EXIT_USAGE, Parser, complain
from annotator.errors import AnnotatorError, DatasetError

_DESCRIPTION = """\
Label images with TinySAM: click, get a mask, save COCO.

  annotator [PATH...]           open the window on a folder, images or a COCO file
  annotator segment IMAGE ...   segment one image, without a window
  annotator everything IMAGE    propose masks for all there is in one image
  annotator prelabel FOLDER     propose masks for all images of a folder; can be interrupted and resumed
  annotator weights ...         list, inspect and import checkpoints
  annotator check FILE.json     explain every problem of a COCO file
  annotator stats FILE.json     count what a COCO file holds
  annotator export FILE.json    write another format, and compare it with the masks
  annotator import SOURCE ...   add the annotations of another format to a COCO file
  annotator benchmark           time the network on this machine; a table to paste into a report
"""
_EPILOG = """\
`annotator segment --help` and so on say more.
A folder that is itself called like a command is opened as ./segment, or after --, as in: annotator -- segment
"""
_COMMANDS = {
    "segment": "segment",
    "everything": "everything",
    "prelabel": "prelabel",
    "weights": "weights",
    "check": "check",
    "stats": "stats",
    "export": "export",
    "import": "import_",
    "benchmark": "benchmark",
}
"""The module of annotator.commands that each command is in."""
_BEFORE_QT = (
    "annotator.segment.remote",
    "annotator.core.check",
    "annotator.core.journal",
    "annotator.core.formats.exchange",
)
"""PySide6 reads the source of each module that is imported after it, a tenth of the window's start: not of these, then,
and what they import."""
_BLAS_THREADS = "OPENBLAS_NUM_THREADS"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0, 1 for an error, 3 without a display, 130 for Ctrl+C.

    argv: the words after the program's name; None takes the process's own. Raises SystemExit(2) for wrong usage and
    SystemExit(0) after --help, as argparse does.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    # NumPy's products are small here, thousands of them for one image. Shared among threads, each would wait for the
    # slowest, and where other programs compute, the network's own threads included, several times as long as it takes.
    # NumPy reads this when it is imported, and child processes inherit it; who has set it knows why.
    os.environ.setdefault(_BLAS_THREADS, "1")
    if hasattr(sys.stdout, "reconfigure"):
        # A file name that the terminal's encoding lacks must not end the program.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            return _run(words)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has enough of it. What is left must not be tried again at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except OSError as error:
        # Files that commands write have names, and errors of their own; this is the output, sent to a full disk.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) or error.filename is not None:
            raise
        complain(f"The output cannot be written ({error.strerror}); make room where it goes, and say it again.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR


def _run(words: list[str]) -> int:
    try:
        if words and words[0] in _COMMANDS:
            command = importlib.import_module(f"annotator.commands.{_COMMANDS[words[0]]}")
            exit_code: int = command.run(command.parse(words[1:]))
            return exit_code
        if words and _is_mistyped(words[0]):
            complain(_unknown_command(words[0]))
            return EXIT_USAGE
        return _window(words)
    except AnnotatorError as error:
        complain(str(error))
        return EXIT_ERROR
    except ImportError as error:
        if "cannot open shared object file" not in str(error):
            raise
        # The wheels of Qt, OpenCV and MindSpore expect these of a Linux system.
        complain(
            f"A system library is missing ({error}). On Debian and Ubuntu, tools/system_packages.sh in the program's "
            "source installs it or says how."
        )
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _is_mistyped(word: str) -> bool:
    """Whether the first word must have been meant for a command: no option, nothing that is there, and no path."""
    is_path = os.path.dirname(word) or os.path.splitext(word)[1] or os.path.lexists(word)
    return bool(word) and not word.startswith("-") and not is_path


def _unknown_command(word: str) -> str:
    """What is said of such a word, with the command that it is most like."""
    near = difflib.get_close_matches(word.lower(), _COMMANDS, n=1)
    remedy = f"did you mean `annotator {near[0]}`?" if near else f"the commands are {', '.join(_COMMANDS)}."
    return f"{word} is no command, and no file or folder of that name is here; {remedy} (see annotator --help)"


def _window(words: list[str]) -> int:
    parser = Parser(
        prog="annotator",
        usage="annotator [--help] [--version [--verbose]] [--example | [--images DIR] PATH...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", metavar="PATH", nargs="*", type=Path, help="a folder, images, or a COCO file")
    parser.add_argument("--images", metavar="DIR", type=Path, help="the folder in which the images of a COCO file lie")
    parser.add_argument("--example", action="store_true", help="open the example picture, in a copy of your own")
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument("-v", "--verbose", action="store_true", help="with --version: also what it runs on, and where")
    options = parser.parse_args(words)
    if options.version:
        _print_version(verbose=options.verbose)
        return 0
    if options.verbose:
        parser.error("--verbose only goes with --version")
    if options.example and options.paths:
        parser.error("--example opens a picture of its own, so it goes without PATH")
    if options.images is not None and len(options.paths) != 1:
        parser.error("--images goes with exactly one PATH, the COCO file")
    for path in options.paths:
        if not os.path.exists(path):
            raise DatasetError("{path} cannot be found; check the path (see annotator --help).", path=path)
    from annotator.commands.display import missing_display

    missing = missing_display()
    if missing is not None:
        complain(f"There is no display ({missing}), so no window can open; `annotator segment` works without one.")
        return EXIT_NO_DISPLAY
    for module in _BEFORE_QT:
        importlib.import_module(module)
    from annotator.gui.app import run

    return run(options.paths, image_root=options.images, example=options.example)


def _print_version(*, verbose: bool) -> None:
    print(f"annotator {__version__}")
    if not verbose:
        return
    from annotator.commands.versions import version_lines

    print(*version_lines(), sep="\n")
