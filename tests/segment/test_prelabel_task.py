"""The work on one image, and the processes that do it."""

import json
from functools import partial
from pathlib import Path

import pytest

from annotator.errors import Sentence
from annotator.segment import CancellationToken, Cancelled
from annotator.segment.prelabel_engines import ProcessesEngine
from annotator.segment.prelabel_task import ImageResult, ImageTask, propose
from tests.fakes import FakeSegmenter
from tests.segment.prelabel_work import CONFIG, HUNGRY, IN_ORDER, ODD, FaultySegmenter, make_plain


class TestTask:
    def test_it_is_pure_and_survives_json(self, folder: Path):
        task = ImageTask(folder, "2.png", CONFIG)
        first, second = (propose(FakeSegmenter(), task) for _ in range(2))
        assert first == second
        assert first.proposals
        assert ImageResult.from_json(json.loads(json.dumps(first.to_json()))) == first

    def test_a_fault_is_a_problem_that_says_what_it_was_made_of(self, folder: Path):
        make_plain(folder / "3.png", HUNGRY)
        make_plain(folder / "4.png", ODD)
        for name, kind in (("3.png", "MemoryError"), ("4.png", "cv2.error")):
            problem = propose(FaultySegmenter(), ImageTask(folder, name, CONFIG)).problem
            assert isinstance(problem, Sentence)  # so that the window can say it in its language
            assert problem.arguments["path"] == folder / name
            assert str(problem.arguments["reason"]).startswith(f"{kind}: ")

    def test_cancelling_is_no_problem_of_the_image(self, folder: Path):
        token = CancellationToken()
        token.cancel()
        with pytest.raises(Cancelled):
            propose(FakeSegmenter(), ImageTask(folder, "2.png", CONFIG), cancel=token)

    def test_a_missing_image_is_a_problem(self, tmp_path: Path):
        result = propose(FakeSegmenter(), ImageTask(tmp_path, "none.png", CONFIG))
        assert "none.png" in result.problem
        assert ImageResult.from_json(json.loads(json.dumps(result.to_json()))) == result

    def test_processes_stop_when_they_are_no_longer_wanted(self, folder: Path):
        engine = ProcessesEngine(partial(FakeSegmenter, encode_seconds=0.2), 2)
        tasks = [ImageTask(folder, name, CONFIG) for name in IN_ORDER]
        results = engine(tasks, CancellationToken())
        assert next(results).name in IN_ORDER
        results.close()  # the check for leaks fails if a process is left
        token = CancellationToken()
        token.cancel()
        with pytest.raises(Cancelled):
            list(engine(tasks, token))
