"""The command line's own part: opening the window, --version, and what it does about errors."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

import annotator
from tests.console import refuse, run, the_complaint


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file with a name that no single-byte encoding has; only its being there counts."""
    path = tmp_path / "猫 été.png"
    path.touch()
    return path


class TestWindow:
    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[list[Path]]:
        """The paths each window was opened with; no window opens."""
        opened: list[list[Path]] = []
        app = types.ModuleType("annotator.gui.app")
        app.run = lambda paths, **options: opened.append(paths) or 0
        monkeypatch.setitem(sys.modules, "annotator.gui.app", app)
        return opened

    def test_paths_are_opened(self, opened: list[list[Path]], photo: Path):
        assert run(photo.parent, photo) == 0
        assert run() == 0
        assert opened == [[photo.parent, photo], []]

    @pytest.mark.parametrize("words", [["--", "segment"], ["./segment"], ["--", "weights"]])
    def test_a_folder_named_like_a_command_can_be_opened(
        self, words: list[str], opened: list[list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        (tmp_path / "segment").mkdir()
        (tmp_path / "weights").mkdir()
        monkeypatch.chdir(tmp_path)
        assert run(*words) == 0
        assert opened == [[Path(words[-1])]]

    def test_a_missing_path_is_an_error_before_any_window(
        self, opened: list[list[Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ):
        assert run(tmp_path / "nowhere") == 1
        assert str(tmp_path / "nowhere") in the_complaint(capsys)
        assert not opened

    @pytest.mark.parametrize(
        ("words", "meant"),
        [
            (["segmnet", "a.png", "--box", "1,2,3,4"], "segment"),
            (["exprot"], "export"),
            (["Check", "x.json"], "check"),
            (["stat", "x.json"], "stats"),
            (["pre-label", "photos", "--resume"], "prelabel"),
            (["wieghts"], "weights"),
        ],
    )
    def test_a_mistyped_command_is_answered_with_the_nearest(
        self, words: list[str], meant: str, opened: list[list[Path]], capsys: pytest.CaptureFixture[str]
    ):
        assert run(*words) == 2
        complaint = the_complaint(capsys)
        assert complaint.startswith(f"annotator: {words[0]} is no command")
        assert f"did you mean `annotator {meant}`? (see annotator --help)" in complaint
        assert not opened

    def test_a_word_that_is_like_no_command_is_answered_with_all(
        self, opened: list[list[Path]], capsys: pytest.CaptureFixture[str]
    ):
        assert run("foo") == 2
        complaint = the_complaint(capsys)
        assert "segment, everything, prelabel, weights, check, stats, export, import, benchmark" in complaint
        assert "--help" in complaint
        assert not opened

    def test_what_is_there_is_opened_however_like_a_command(
        self, opened: list[list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        (tmp_path / "exports").mkdir()
        monkeypatch.chdir(tmp_path)
        assert run("exports") == 0
        assert opened == [[Path("exports")]]

    @pytest.mark.parametrize("path", ["./exprot", "no/such", "photo.jpg"])
    def test_a_path_is_not_taken_for_a_command(
        self, path: str, opened: list[list[Path]], capsys: pytest.CaptureFixture[str]
    ):
        assert run(path) == 1
        complaint = the_complaint(capsys)
        assert "cannot be found" in complaint
        assert "annotator --help" in complaint

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
    def test_without_a_display_it_says_so(
        self, opened: list[list[Path]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(name, raising=False)
        assert run() == 3
        assert "display" in the_complaint(capsys)
        assert not opened

    def test_the_images_of_a_coco_file_and_the_example_can_be_asked_for(
        self, monkeypatch: pytest.MonkeyPatch, opened: list[list[Path]], photo: Path
    ):
        asked: list[object] = []
        monkeypatch.setattr(
            sys.modules["annotator.gui.app"], "run", lambda paths, **options: asked.append((paths, options)) or 0
        )
        assert run("--images", photo.parent, photo) == 0
        assert run("--example") == 0
        assert asked == [
            ([photo], {"image_root": photo.parent, "example": False}),
            ([], {"image_root": None, "example": True}),
        ]

    @pytest.mark.parametrize("words", [["--images", "d"], ["--images", "d", "a", "b"], ["--example", "a"]])
    def test_options_that_do_not_go_together_are_refused(
        self, words: list[str], opened: list[list[Path]], capsys: pytest.CaptureFixture[str]
    ):
        assert words[0] in refuse(capsys, *words)
        assert not opened

    def test_unknown_options_are_refused(self, capsys: pytest.CaptureFixture[str]):
        assert "--frobnicate" in refuse(capsys, "--frobnicate")
        assert "--version" in refuse(capsys, "--verbose")

    def test_a_missing_system_library_is_named(
        self, opened: list[list[Path]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        def fails_to_load(paths: list[Path], **options: object) -> int:
            raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

        monkeypatch.setattr(sys.modules["annotator.gui.app"], "run", fails_to_load)
        assert run() == 1
        assert "libEGL.so.1" in the_complaint(capsys)

    def test_ctrl_c_exits_quietly(
        self, opened: list[list[Path]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        def interrupted(paths: list[Path], **options: object) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(sys.modules["annotator.gui.app"], "run", interrupted)
        assert run() == 130
        assert capsys.readouterr() == ("", "")


def test_a_name_the_terminal_cannot_show_is_spelt_out(monkeypatch: pytest.MonkeyPatch):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr("annotator.cli.__version__", "猫")
    assert run("--version") == 0
    assert terminal.buffer.getvalue() == b"annotator \\u732b" + os.linesep.encode()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal of a closed pipe")
@pytest.mark.parametrize("words", [["weights", "list"], ["--version"]], ids=" ".join)
def test_a_reader_that_has_enough_ends_the_program_quietly(words: list[str], project: Path):
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-m", "annotator", *words], cwd=project, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (1, b"")


def test_version(capsys: pytest.CaptureFixture[str]):
    assert run("--version") == 0
    assert capsys.readouterr().out == f"annotator {annotator.__version__}\n"
    assert run("--version", "-v") == 0
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in capsys.readouterr().out


def test_verbose_version_says_whether_the_kernels_are_used(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    from annotator import kernels

    def missing() -> None:
        raise kernels.KernelsUnavailable("the library does not exist")

    monkeypatch.setattr(kernels, "describe", lambda: "avx2, 2 threads")
    assert run("--version", "-v") == 0
    assert "kernels: avx2, 2 threads\n" in capsys.readouterr().out
    monkeypatch.setattr(kernels, "describe", missing)
    assert run("--version", "-v") == 0
    assert "the library does not exist" in capsys.readouterr().out


_BLAS = """
import sys
from annotator import cli
from annotator.commands import stats

def looked(command):
    import os
    import numpy
    square = numpy.ones((512, 512), numpy.float32)
    square @ square
    print(os.environ["OPENBLAS_NUM_THREADS"], len(os.listdir("/proc/self/task")))
    return 0

assert "numpy" not in sys.modules  # else what follows comes too late
stats.run = looked
sys.exit(cli.main(["stats", "FILE.json"]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
def test_products_of_matrices_are_not_shared_among_threads(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    done = subprocess.run([sys.executable, "-c", _BLAS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
def test_who_wants_them_shared_is_heeded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    done = subprocess.run([sys.executable, "-c", _BLAS], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "2"
