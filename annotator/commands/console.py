"""How every command speaks: complaints in one line on stderr, exit codes, results on stdout."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_NO_DISPLAY = 3  # the Makefile knows it too
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells count


def complain(message: str) -> None:
    """One line on stderr, whatever line breaks the message has."""
    print("annotator:", " ".join(message.split()), file=sys.stderr)


class Parser(argparse.ArgumentParser):
    """A parser that complains in one line, like everything else here."""

    def error(self, message: str) -> NoReturn:
        complain(f"{message} (see {self.prog} --help)")
        sys.exit(EXIT_USAGE)


@contextlib.contextmanager
def stdout_for_results() -> Iterator[None]:
    """Send what libraries print meanwhile, from Python or from native code, to stderr: stdout is for results."""
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
