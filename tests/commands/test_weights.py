"""`annotator weights`, on the checkpoint that ships and copies of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from annotator import paths
from tests.console import refuse, run, the_complaint


@pytest.fixture
def shipped() -> Path:
    """The checkpoint that ships."""
    (path,) = paths.shipped_weights_dir().glob("*.safetensors")
    return path


@pytest.fixture(autouse=True)
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for imported weights, not made yet."""
    folder = tmp_path / "user" / "weights"
    monkeypatch.setattr("annotator.segment.weights.user_weights_dir", lambda: folder)
    return folder


def test_list_marks_the_default(shipped: Path, capsys: pytest.CaptureFixture[str]):
    assert run("weights", "list") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("* ")
    assert line.endswith(f"(shipped): {shipped}")


def test_info_says_what_the_file_says(shipped: Path, capsys: pytest.CaptureFixture[str]):
    assert run("weights", "info", shipped) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "image size: 256" in lines
    assert "precision: float16" in lines
    assert "licence: Apache-2.0" in lines
    assert any(line.startswith("quality: ") for line in lines)


def test_import_keeps_a_copy_that_becomes_the_default(
    shipped: Path, user_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    mine = tmp_path / "模型.safetensors"
    shutil.copy(shipped, mine)
    assert run("weights", "import", mine) == 0
    kept = user_folder / mine.name
    assert kept.is_file()
    assert str(kept) in capsys.readouterr().out
    assert run("weights", "list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("* ")
    assert first.endswith(f"(imported): {kept}")
    assert second.startswith("  ")
    assert second.endswith(f"(shipped): {shipped}")


def test_list_says_which_checkpoint_is_broken(user_folder: Path, capsys: pytest.CaptureFixture[str]):
    user_folder.mkdir(parents=True)
    (user_folder / "broken.pth").write_bytes(b"no checkpoint")
    assert run("weights", "list") == 0
    broken, why, used = capsys.readouterr().out.splitlines()
    assert broken.startswith("  broken (imported)")
    assert why.startswith("    cannot be used: ")
    assert used.startswith("* ")
    assert "(shipped)" in used


def test_a_mindspore_file_is_listed_as_not_checked_and_info_checks_it(
    user_folder: Path, capsys: pytest.CaptureFixture[str]
):
    user_folder.mkdir(parents=True)
    text = user_folder / "notes.ckpt"
    text.write_bytes(b"\nnothing but text")
    assert run("weights", "list") == 0
    listed, remark, _ = capsys.readouterr().out.splitlines()
    assert listed.startswith("  notes (imported)")
    assert "not checked" in remark
    assert run("weights", "info", text) == 1
    assert str(text) in capsys.readouterr().err


def test_list_without_usable_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("annotator.segment.weights.shipped_weights_dir", lambda: tmp_path / "nowhere")
    assert run("weights", "list") == 0
    assert capsys.readouterr().out.startswith("No usable weights are installed")


@pytest.mark.parametrize("action", ["info", "import"])
def test_what_is_no_checkpoint_is_an_error(action: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for path, content in ((tmp_path / "gone.pth", None), (tmp_path / "text.pth", b"hello")):
        if content is not None:
            path.write_bytes(content)
        assert run("weights", action, path) == 1
        assert str(path) in the_complaint(capsys)


@pytest.mark.parametrize("words", [[], ["info"], ["import"], ["remove", "x"], ["list", "x"]], ids=" ".join)
def test_wrong_usage_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]):
    refuse(capsys, "weights", *words)
