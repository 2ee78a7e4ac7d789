"""What every test gets: an offscreen Qt, folders of its own instead of the user's, and a check for leaks."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from pathlib import Path

import hypothesis
import pytest

# Before pytest-qt makes the application, which happens with the first test that wants one.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# As the program does before NumPy is imported (see annotator.cli): beside anything that computes, "Segment everything"
# would take several times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Shared machines are slow by turns: an example that takes long is no failure here.
hypothesis.settings.register_profile(
    "suite", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

PROJECT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 5.0


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's root folder."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference outputs and photos that lie beside the project; tests that need them are skipped without."""
    folder = PROJECT.parent / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip(f"no reference data at {folder}")
    return folder


@pytest.fixture(scope="session", autouse=True)
def own_user_folders(tmp_path_factory: pytest.TempPathFactory):
    """Imported weights, caches, settings and local state of the tests never touch the user's (child processes too)."""
    root = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("DATA", "CONFIG", "CACHE", "STATE"):
            patch.setenv(f"XDG_{kind}_HOME", str(root / kind.lower()))
        if sys.platform == "darwin":
            patch.setenv("HOME", str(root))
        elif sys.platform == "win32":
            patch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", str(root))
        yield root


def _running() -> set[object]:
    """Python threads and child processes; what Qt or native code started is not Python's to join."""
    foreign = threading._DummyThread
    threads = (t for t in threading.enumerate() if not isinstance(t, foreign))
    return {*threads, *multiprocessing.active_children()}


@pytest.fixture(autouse=True)
def no_leaks():
    """Fail a test that leaves a thread or a child process running."""
    before = _running()
    yield
    until = time.monotonic() + GRACE_SECONDS
    while (left := _running() - before) and time.monotonic() < until:
        time.sleep(0.02)
    if left:
        pytest.fail(f"left running: {sorted(str(x) for x in left)}")
