"""Outputs that cannot be written are refused before the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console import run, the_complaint
from tests.segment.prelabel_work import refuse_to_load


@pytest.mark.parametrize("command", ["everything", "prelabel"])
def test_a_missing_folder_is_refused_before_the_work(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("annotator.segment.load_segmenter", refuse_to_load)
    source = folder / "1.png" if command == "everything" else folder
    assert run(command, source, "--out", folder / "nodir" / "x.json") == 1
    assert "nodir is not a folder: make it first" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["everything", "prelabel"])
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("annotator.segment.load_segmenter", refuse_to_load)
    source = folder / "1.png" if command == "everything" else folder
    out = folder / "x.json"
    out.mkdir()
    assert run(command, source, "--out", out) == 1
    assert "x.json is a folder" in the_complaint(capsys)
    out.rmdir()
    out.touch()
    # Told apart by what the system is asked: this user may write anywhere.
    monkeypatch.setattr("annotator.commands.outputs.os.access", lambda path, mode: Path(path) != out)
    assert run(command, source, "--out", out) == 1
    assert "x.json is write-protected" in the_complaint(capsys)
    monkeypatch.setattr("annotator.commands.outputs.os.access", lambda path, mode: Path(path) != folder)
    assert run(command, source, "--out", out) == 1
    assert f"{folder} cannot be written to" in the_complaint(capsys)
