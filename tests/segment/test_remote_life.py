"""How a segmenter in a child process begins, is interrupted and ends: whatever happens to it, nobody waits for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from multiprocessing.context import SpawnProcess

import numpy as np
import pytest

from annotator.errors import SegmenterError, WeightsError
from annotator.segment import CancellationToken, Cancelled
from annotator.segment.remote_wire import Stage
from tests.segment import children
from tests.segment.remote_work import PATIENCE, PROMPTS, encode_in_thread, exists, kill, until

# -- starting and ending ---------------------------------------------------------------------------------------------


def test_start_returns_before_the_child_is_ready_and_stages_are_told(new_remote):
    stages = []
    segmenter = new_remote(on_stage=stages.append)
    segmenter.start()
    assert stages == [Stage.STARTING]
    assert segmenter.is_alive
    segmenter.wait_ready()
    assert stages == [Stage.STARTING, Stage.LOADING, Stage.READY]


def test_waiting_for_a_child_that_loads_for_ever_times_out(new_remote):
    segmenter = new_remote(load=children.load_for_ever)
    segmenter.start()
    with pytest.raises(TimeoutError, match="not ready within"):
        segmenter.wait_ready(timeout=0.01)
    assert segmenter.is_alive


def test_starting_twice_is_a_mistake(remote):
    remote.wait_ready()
    with pytest.raises(RuntimeError, match="already"):
        remote.start()


def test_requests_before_start_and_after_close_are_refused(new_remote, rgb):
    segmenter = new_remote()
    with pytest.raises(SegmenterError, match="not been started"):
        segmenter.encode(rgb)
    segmenter.start()
    segmenter.close()
    assert not segmenter.is_alive
    assert segmenter.pid is None
    with pytest.raises(SegmenterError, match="closed"):
        segmenter.encode(rgb)
    segmenter.close()


def test_close_frees_a_thread_that_waits_for_loading(new_remote, rgb):
    segmenter = new_remote(load=children.load_for_ever)
    segmenter.start()
    thread, outcome = encode_in_thread(segmenter, rgb)
    segmenter.close()
    thread.join(PATIENCE)
    assert isinstance(outcome[0], SegmenterError)
    assert "closed" in str(outcome[0])


def test_close_frees_a_thread_that_waits_for_an_encode(new_remote, rgb, tmp_path, segments):
    segmenter = new_remote(load=children.load_slow, weights=tmp_path / "began")
    segmenter.start()
    thread, outcome = encode_in_thread(segmenter, rgb)
    until((tmp_path / "began").exists)
    segmenter.close()
    thread.join(PATIENCE)
    assert isinstance(outcome[0], SegmenterError)
    assert segments
    assert not any(map(exists, segments))


# -- what goes wrong -------------------------------------------------------------------------------------------------


def test_errors_of_loading_come_back_as_the_same_class(new_remote, rgb):
    segmenter = new_remote(load=children.load_nothing, weights="broken.pth")
    segmenter.start()
    for request in (segmenter.wait_ready, lambda: segmenter.encode(rgb), lambda: segmenter.name):
        with pytest.raises(WeightsError, match=r"^broken\.pth is damaged; import it again\.$"):
            request()
    assert not segmenter.is_alive
    segmenter.restart()
    with pytest.raises(WeightsError, match="damaged"):
        segmenter.wait_ready()


def test_programming_errors_come_back_loud_with_the_childs_traceback(new_remote, rgb):
    segmenter = new_remote(load=children.load_buggy)
    segmenter.start()
    embedding = segmenter.encode(rgb)
    with pytest.raises(ZeroDivisionError) as caught:
        segmenter.decode_batch(embedding, PROMPTS[:1] * 2)
    assert "in divide" in str(caught.value.__cause__)
    with pytest.raises(RuntimeError, match=r"(?s)decode_batch.*ForeignError: abroad"):
        segmenter.decode_batch(embedding, PROMPTS[:1] * 3)
    with pytest.raises(RuntimeError, match=r"(?s)decode_batch.*with a lock"):
        segmenter.decode_batch(embedding, PROMPTS[:1] * 4)
    with pytest.raises(WeightsError, match=r"^The weights changed\.$"):
        segmenter.decode_batch(embedding, PROMPTS[:1] * 5)
    # The child goes on serving.
    assert len(segmenter.decode(embedding, PROMPTS[0])) == 3


def test_a_killed_child_is_reported_and_a_new_one_serves(new_remote, fake, rgb, tmp_path, segments):
    began = tmp_path / "began"
    segmenter = new_remote(load=children.load_slow, weights=began)
    segmenter.start()
    thread, outcome = encode_in_thread(segmenter, rgb)
    until(began.exists)
    kill(segmenter.pid)
    thread.join(PATIENCE)
    assert isinstance(outcome[0], SegmenterError)
    if sys.platform != "win32":
        assert "was killed, perhaps for lack of memory" in str(outcome[0])
    assert not segmenter.is_alive
    assert segments
    assert not any(map(exists, segments))
    embedding = fake.encode(rgb)
    with pytest.raises(SegmenterError, match="Start it again"):
        segmenter.decode(embedding, PROMPTS[0])

    segmenter.restart()
    # The new child has never seen the image: its features are sent along.
    for _ in range(2):
        ours, theirs = fake.decode(embedding, PROMPTS[1])[0], segmenter.decode(embedding, PROMPTS[1])[0]
        assert np.array_equal(theirs.logits, ours.logits)


def test_a_child_that_died_between_two_requests_is_reported(new_remote, rgb):
    segmenter = new_remote()
    segmenter.start()
    embedding = segmenter.encode(rgb)
    kill(segmenter.pid)
    until(lambda: not segmenter.is_alive)
    with pytest.raises(SegmenterError):
        segmenter.decode(embedding, PROMPTS[0])


def test_cancelling_abandons_the_encode_and_the_child_serves_on(new_remote, fake, rgb, tmp_path, segments):
    began = tmp_path / "began"
    segmenter = new_remote(load=children.load_slow, weights=began)
    segmenter.start()
    token = CancellationToken()
    thread, outcome = encode_in_thread(segmenter, np.zeros((2500, 2500, 3), np.uint8), token)
    until(began.exists)
    pid = segmenter.pid
    token.cancel()
    thread.join(PATIENCE)
    assert isinstance(outcome[0], Cancelled)
    assert segmenter.pid == pid
    assert segments
    assert not any(map(exists, segments))
    assert segmenter.decode(fake.encode(rgb), PROMPTS[0])[0].mask.any()


def test_a_token_that_is_set_already_encodes_nothing(new_remote, rgb, tmp_path):
    segmenter = new_remote(load=children.load_slow, weights=tmp_path / "began")
    segmenter.start()
    token = CancellationToken()
    token.cancel()
    with pytest.raises(Cancelled):
        segmenter.encode(rgb, cancel=token)
    assert segmenter.is_alive


def test_a_token_that_is_set_after_its_encode_harms_no_other(remote, rgb):
    token = CancellationToken()
    remote.encode(rgb, cancel=token)
    token.cancel()
    remote.encode(rgb, cancel=CancellationToken())


class InterruptingToken(CancellationToken):
    """Ctrl+C while the reply is awaited."""

    checks = 0

    @property
    def is_cancelled(self):
        self.checks += 1
        if self.checks > 2:
            raise KeyboardInterrupt
        return False


def test_an_interrupted_request_ends_the_child_whose_reply_nobody_would_read(new_remote, rgb, tmp_path):
    segmenter = new_remote(load=children.load_slow, weights=tmp_path / "began")
    segmenter.start()
    with pytest.raises(KeyboardInterrupt):
        segmenter.encode(rgb, cancel=InterruptingToken())
    assert not segmenter.is_alive
    with pytest.raises(SegmenterError, match="interrupted"):
        segmenter.encode(rgb)


def test_a_process_that_cannot_be_started_is_a_sentence(new_remote, fake, rgb, monkeypatch):
    segmenter = new_remote()
    with monkeypatch.context() as patch:
        patch.setattr(SpawnProcess, "start", lambda self: os.open(os.devnull + "/nothing", os.O_RDONLY))
        with pytest.raises(SegmenterError, match="cannot be started"):
            segmenter.start()
    segmenter.start()
    assert np.array_equal(segmenter.encode(rgb).features, fake.encode(rgb).features)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl+C to consoles, not to processes")
def test_an_interrupt_from_the_keyboard_does_not_end_the_child(remote, fake, rgb):
    remote.wait_ready()
    os.kill(remote.pid, signal.SIGINT)
    assert remote.decode(fake.encode(rgb), PROMPTS[0])[0].mask.any()


# -- the process as a whole ------------------------------------------------------------------------------------------

SCRIPT = """
import sys, time
import numpy as np
from annotator.segment import remote_wire
from annotator.segment.remote import RemoteSegmenter
from tests.fakes import load_fake

if __name__ == "__main__":
    segmenter = RemoteSegmenter(load=load_fake)
    segmenter.start()
    segmenter.encode(np.zeros((20, 30, 3), np.uint8))
    assert "mindspore" not in sys.modules
    print(segmenter._arrays._segment.name, flush=True)
    {ending}
"""


def run_script(tmp_path, project, ending):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(ending=ending), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-W", "default", script],
        env={**os.environ, "PYTHONPATH": str(project)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("ending", ["segmenter.close()", "pass", "sys.exit(3)"])
def test_a_script_ends_quietly_and_leaves_nothing(tmp_path, project, ending):
    with run_script(tmp_path, project, ending) as process:
        # The child has inherited both pipes: they end with it.
        segment, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == (3 if "exit" in ending else 0)
    assert err == ""
    assert not exists(segment.strip())


def test_the_child_and_the_memory_go_with_a_killed_parent(tmp_path, project):
    with run_script(tmp_path, project, "time.sleep(3600)") as process:
        segment = process.stdout.readline().strip()
        process.kill()
        process.communicate(timeout=PATIENCE)
    assert not exists(segment)
