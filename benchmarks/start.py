"""From the start of the process to the window painted, and to the moment from which an image can be embedded.

Run: .venv/bin/python benchmarks/start.py (needs no display). The program is started as a user starts it, through the
command line, with the weights that ship.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from parts.figures import Figures, ScriptFailed, run_script

RUNS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--started", type=float, help="one start, in this process, which began then (Unix time)")
    started = parser.parse_args().started
    if started is not None:
        start(started)
        return
    found = starts(RUNS)
    for key, seconds in found.values.items():
        print(f"{key}: {sorted(round(s, 2) for s in seconds)} s")
    if found.errors:
        raise SystemExit("\n".join(found.errors))


def starts(runs: int) -> Figures:
    """Seconds under "painted" and "ready" of so many starts, after one that fills the system's caches.

    The first start that fails is the last, and an error in what is returned.
    """
    found = Figures()
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs + 1):
            try:
                one = run_script("start.py", "--started", time.time(), folder=Path(folder))
            except ScriptFailed as failure:
                found.errors.append(str(failure))
                break
            if run:
                found.merge(one)
    return found


def start(started: float) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QEvent, QObject, QTimer

    from annotator import cli
    from annotator.gui import app
    from annotator.gui.inference_messages import SegmenterState
    from annotator.gui.settings import Settings

    figures = Figures()

    class FirstPaint(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint and "painted" not in figures.values:
                # The turn of the event loop that paints ends with the picture on screen.
                QTimer.singleShot(0, lambda: figures.values.setdefault("painted", [time.time() - started]))
            return False

    first_paint = FirstPaint()
    keep_window = app.keep_window

    def watched(settings: Settings) -> app.WindowKeeper:
        keeper = keep_window(settings)
        keeper.window.installEventFilter(first_paint)

        def on_state(state: SegmenterState, problem: str) -> None:
            if state is SegmenterState.READY:
                figures.add("ready", time.time() - started)
                QTimer.singleShot(0, keeper.window.close)
            elif state is SegmenterState.FAILED:
                raise SystemExit(problem)

        keeper.window.workspace.inference.state_changed.connect(on_state)
        return keeper

    app.keep_window = watched
    code = cli.main([])
    if code:
        raise SystemExit(code)
    figures.say()


if __name__ == "__main__":
    main()
