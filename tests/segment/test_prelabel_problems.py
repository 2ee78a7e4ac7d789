"""Pre-labelling when images, processes, weights or the disk fail."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotator.core import coco
from annotator.core.lock import DatasetLock
from annotator.errors import DatasetError, SaveError, SegmenterError, WeightsError
from annotator.segment.prelabel import prelabel
from annotator.segment.prelabel_engines import HereEngine, LoadSegmenter, ProcessesEngine
from annotator.segment.prelabel_partial import PartialResults, partial_path
from annotator.segment.prelabel_task import ImageResult
from tests.segment.prelabel_work import (
    DEADLY,
    HUNGRY,
    IN_ORDER,
    ODD,
    DeadlySegmenter,
    FaultySegmenter,
    die_loading,
    here,
    interrupt,
    load_without_memory,
    load_wrongly,
    make_plain,
    refuse_to_load,
    request_for,
)


class TestProblems:
    def test_images_that_fail_are_listed_and_the_run_goes_on(self, folder: Path, out: Path):
        (folder / "1.png").write_bytes(b"no image")
        (folder / "3.jpg").touch()
        report = prelabel(request_for(folder, out), here())
        assert set(report.problems) == {"1.png", "3.jpg"}
        assert str(folder / "1.png") in report.problems["1.png"]
        assert [image.path for image in coco.read(out).images.values()] == IN_ORDER

    def test_an_image_that_ends_its_process_is_a_problem_of_its_own(self, folder: Path, out: Path):
        make_plain(folder / "3.png", DEADLY)
        report = prelabel(request_for(folder, out), ProcessesEngine(DeadlySegmenter, 2))
        assert list(report.problems) == ["3.png"]
        assert "memory" in report.problems["3.png"]
        assert [image.path for image in coco.read(out).images.values()] == IN_ORDER

    @pytest.mark.parametrize("workers", [0, 2])
    def test_nothing_an_image_raises_ends_the_run(
        self, folder: Path, out: Path, workers: int, capfd: pytest.CaptureFixture[str]
    ):
        make_plain(folder / "3.png", HUNGRY)
        for number in range(4, 9):
            make_plain(folder / f"{number}.png", ODD)
        engine = ProcessesEngine(FaultySegmenter, workers) if workers else HereEngine(FaultySegmenter)
        report = prelabel(request_for(folder, out), engine)
        assert set(report.problems) == {f"{number}.png" for number in range(3, 9)}
        assert "(MemoryError: Resize ran out of memory)" in report.problems["3.png"]
        assert str(folder / "3.png") in report.problems["3.png"]
        assert "(cv2.error: " in report.problems["4.png"]
        assert str(folder / "4.png") in report.problems["4.png"]
        assert [image.path for image in coco.read(out).images.values()] == IN_ORDER
        # Whoever mends the program needs to see where, but not for every image again.
        assert 1 <= capfd.readouterr().err.count("Traceback") <= max(workers, 1)

    def test_a_folder_without_images(self, tmp_path: Path):
        with pytest.raises(DatasetError, match="no images"):
            prelabel(request_for(tmp_path, tmp_path / "out.json"), here())

    def test_a_dataset_that_is_open_elsewhere(self, folder: Path, out: Path):
        with DatasetLock.for_writing(out, program="annotator import"), pytest.raises(SaveError, match="import"):
            prelabel(request_for(folder, out), here())


class TestSegmenterThatCannotLoad:
    """It is no image's fault: the run ends with what is wrong, and what was done before is kept."""

    @pytest.mark.parametrize(
        ("load", "error", "text"),
        [
            (refuse_to_load, WeightsError, "are damaged"),
            (load_wrongly, RuntimeError, "no such operator|UnicodeError"),
            (load_without_memory, SegmenterError, "MemoryError.*fewer workers"),
            (die_loading, SegmenterError, "fewer workers"),
        ],
    )
    def test_the_run_ends(self, folder: Path, out: Path, load: LoadSegmenter, error: type[Exception], text: str):
        prelabel(request_for(folder, out), here())
        expected = out.read_bytes()
        out.unlink()
        interrupt(folder, out, after=1)
        kept = partial_path(out).read_bytes()
        with pytest.raises(error, match=text):
            prelabel(request_for(folder, out), ProcessesEngine(load, 2), resume=True)
        assert not out.exists()
        assert partial_path(out).read_bytes() == kept
        prelabel(request_for(folder, out), here(), resume=True)
        assert out.read_bytes() == expected

    def test_no_lock_is_left(self, folder: Path, out: Path):
        before = set(out.parent.iterdir())
        with pytest.raises(WeightsError):
            prelabel(request_for(folder, out), HereEngine(refuse_to_load))
        assert {path.name for path in set(out.parent.iterdir()) - before} <= {partial_path(out).name}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_processes_end_with_a_parent_that_is_killed(folder: Path, out: Path, tmp_path: Path, project: Path):
    pids = tmp_path / "pids"
    pids.mkdir()
    words = [sys.executable, "-m", "tests.segment.prelabel_work", str(folder), str(out), "300", str(pids)]
    # The processes inherit the pipe: it ends with the last of them.
    with subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE) as process:
        try:
            until = time.monotonic() + 60
            while len(list(pids.iterdir())) < 2 and process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            assert len(list(pids.iterdir())) == 2
            process.kill()
            process.communicate(timeout=30)
        except BaseException:
            for path in pids.iterdir():
                os.kill(int(path.name), signal.SIGKILL)
            process.kill()
            raise


def test_a_full_disk_says_so_and_keeps_what_is_done(folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch):
    lines = 0
    real = os.fsync

    def full(descriptor: int) -> None:
        nonlocal lines
        lines += 1
        if lines > 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SaveError, match="--resume"):
            prelabel(request_for(folder, out), here())
    assert not out.exists()
    prelabel(request_for(folder, out), here(), resume=True)
    assert len(coco.read(out).images) == 3


def test_closing_after_a_failed_write_does_not_hide_why_it_failed(out: Path):
    """What is left of the write is tried again when the file is closed, which fails like the first time."""

    class FullDisk(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data) -> int:
            raise OSError(28, "No space left on device")

    record = PartialResults(out, {"version": 1}, resume=False)
    record._file.close()
    record._file = io.BufferedWriter(FullDisk())
    with pytest.raises(SaveError, match="No space left"), contextlib.closing(record):
        record.add(ImageResult("1.png", problem="none"))
    assert record._file.closed
