"""Whether a display answers, on a real X server and without one."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.commands.display import missing_display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No display at all."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def x_server() -> Iterator[str]:
    """The name of a display that works. (One that resets when its last client goes refuses the next for a moment.)"""
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb, which is not installed here")
    with subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-nolisten", "tcp", "-noreset"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
        server.terminate()


def test_without_any_variable():
    assert missing_display() == "WAYLAND_DISPLAY is not set and DISPLAY is not set"


def test_a_display_that_is_gone(environment: pytest.MonkeyPatch, tmp_path: Path):
    environment.setenv("DISPLAY", ":4077")
    environment.setenv("WAYLAND_DISPLAY", str(tmp_path / "wayland-0"))
    missing = missing_display()
    assert missing is not None
    assert "DISPLAY=:4077" in missing
    assert "wayland-0" in missing


def test_an_x_server(environment: pytest.MonkeyPatch, x_server: str):
    environment.setenv("DISPLAY", x_server)
    assert missing_display() is None
    environment.setenv("QT_QPA_PLATFORM", "xcb")
    assert missing_display() is None
    environment.setenv("QT_QPA_PLATFORM", "wayland")
    assert missing_display() == "WAYLAND_DISPLAY is not set"


def test_a_wayland_server(environment: pytest.MonkeyPatch, tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w"))
        server.listen()
        environment.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        environment.setenv("WAYLAND_DISPLAY", "w")
        assert missing_display() is None
        environment.setenv("QT_QPA_PLATFORM", "xcb")
        assert missing_display() == "DISPLAY is not set"


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600"])
def test_a_platform_without_a_display_needs_none(platform: str, environment: pytest.MonkeyPatch):
    environment.setenv("QT_QPA_PLATFORM", platform)
    assert missing_display() is None
