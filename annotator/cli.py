"""The command line: open the window, or hand over to one of the commands.

Only the standard library is imported up here, and each command imports what it needs: `--help` and `--version` answer
at once.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from annotator import __version__
from annotator.commands.console import EXIT_ERROR, EXIT_INTERRUPTED, Parser, complain
from annotator.errors import AnnotatorError, DatasetError

_DESCRIPTION = """\
Label images with TinySAM: click, get a mask, save COCO.

  annotator [PATH...]           open the window on a folder, images or a COCO file
  annotator segment IMAGE ...   segment one image, without a window
  annotator weights ...         list, inspect and import checkpoints
"""
_EPILOG = """\
`annotator segment --help` and `annotator weights --help` say more.
A folder that is itself called "segment" or "weights" is opened as ./segment, or after --, as in: annotator -- segment
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0, 1 for an error, 130 for Ctrl+C.

    argv: the words after the program's name; None takes the process's own. Raises SystemExit(2) for wrong usage and
    SystemExit(0) after --help, as argparse does.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if hasattr(sys.stdout, "reconfigure"):
        # A file name that the terminal's encoding lacks must not end the program.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if words[:1] == ["segment"]:
            from annotator.commands import segment

            return segment.run(segment.parse(words[1:]))
        if words[:1] == ["weights"]:
            from annotator.commands import weights

            return weights.run(weights.parse(words[1:]))
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


def _window(words: list[str]) -> int:
    parser = Parser(
        prog="annotator",
        usage="annotator [--help] [--version [--verbose]] [PATH...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", metavar="PATH", nargs="*", type=Path, help="a folder, images, or a COCO file")
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument("-v", "--verbose", action="store_true", help="with --version: also what it runs on, and where")
    options = parser.parse_args(words)
    if options.version:
        _print_version(verbose=options.verbose)
        return 0
    if options.verbose:
        parser.error("--verbose only goes with --version")
    for path in options.paths:
        if not os.path.exists(path):
            raise DatasetError(f"{path} cannot be found; check the path.")
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        # Qt would abort the process.
        raise AnnotatorError(
            "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open; "
            "`annotator segment` works without one."
        )
    from annotator.gui.app import run

    return run(options.paths)


def _print_version(*, verbose: bool) -> None:
    print(f"annotator {__version__}")
    if not verbose:
        return
    import platform
    from importlib import metadata

    from annotator import paths

    print(f"Python {platform.python_version()} on {platform.platform()}")
    try:
        requirements = metadata.requires("tinysam-annotator") or []
    except metadata.PackageNotFoundError:
        print("not installed: this is a bare checkout")
        requirements = []
    for requirement in requirements:
        if "extra ==" not in requirement:
            name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
            print(f"{name} {metadata.version(name)}")
    print(f"shipped weights: {paths.shipped_weights_dir()}")
    print(f"imported weights: {paths.user_weights_dir()}")
