"""A segmenter in a child process: the same results, and a sentence instead of a hang whatever happens to the child."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing.context import SpawnProcess
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest

from annotator.errors import PromptError, SegmenterError, WeightsError
from annotator.segment import CancellationToken, Cancelled, Prompt, remote_wire
from annotator.segment.cache import EmbeddingCache
from annotator.segment.remote import RemoteSegmenter
from annotator.segment.remote_wire import SharedArrays, Stage
from tests.fakes import FakeSegmenter, load_fake
from tests.segment import children

PATIENCE = 60.0  # seconds before a test gives up on a child; nothing is measured with it


def kill(pid):
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))  # on Windows every signal ends the process at once


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def rgb():
    image = np.random.default_rng(0).integers(0, 30, (300, 400, 3), np.uint8)
    image[100:200, 100:250] = (200, 30, 40)
    image[150:180, 150:180] = (30, 30, 220)
    return image


@pytest.fixture(scope="module")
def fake():
    return FakeSegmenter()


@pytest.fixture(scope="module")
def remote():
    with RemoteSegmenter(load=load_fake) as segmenter:
        yield segmenter


@pytest.fixture
def new_remote():
    """Makes segmenters that are closed after the test."""
    made = []

    def make(**options):
        made.append(RemoteSegmenter(**{"load": load_fake, **options}))
        return made[-1]

    yield make
    for segmenter in made:
        segmenter.close()


@pytest.fixture
def segments(monkeypatch):
    """The names of all shared segments made during the test."""
    names = []

    class Recorded(SharedMemory):
        def __init__(self, name=None, create=False, size=0):
            super().__init__(name, create, size)
            names.append(self.name)

    monkeypatch.setattr(remote_wire, "SharedMemory", Recorded)
    return names


def exists(segment):
    try:
        SharedMemory(segment).close()
    except FileNotFoundError:
        return False
    return True


def encode_in_thread(segmenter, rgb, cancel=None):
    """Start an encode; returns the thread and the list its result or exception goes to."""
    outcome = []

    def run():
        try:
            outcome.append(segmenter.encode(rgb, cancel=cancel))
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


PROMPTS = [
    Prompt([(120, 120)], [1]),
    Prompt([(120, 120), (160, 160)], [1, 0]),
    Prompt(box=(90, 90, 260, 210)),
    Prompt([(160, 160)], [1], (140, 140, 190, 190), np.full((64, 64), 3, np.float32)),
]


# -- the same as in this process -------------------------------------------------------------------------------------


def test_encode_is_the_same(remote, fake, rgb):
    ours, theirs = fake.encode(rgb), remote.encode(rgb)
    assert theirs.features.dtype == np.float32
    assert np.array_equal(theirs.features, ours.features)
    assert (theirs.frame, theirs.fingerprint, theirs.model) == (ours.frame, ours.fingerprint, ours.model)
    assert theirs.mask_threshold == ours.mask_threshold


def test_images_that_are_not_contiguous_are_the_same(remote, fake, rgb):
    assert np.array_equal(remote.encode(rgb[::-2, ::2]).features, fake.encode(rgb[::-2, ::2]).features)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_decode_is_the_same(remote, fake, rgb, prompt):
    embedding = fake.encode(rgb)
    for theirs, ours in zip(remote.decode(embedding, prompt), fake.decode(embedding, prompt), strict=True):
        assert np.array_equal(theirs.logits, ours.logits)
        assert theirs.predicted_iou == ours.predicted_iou
        assert np.array_equal(theirs.mask, ours.mask)
        assert ours.mask.any()
        assert not ours.mask.all()


@pytest.mark.parametrize("count", [0, 1, 4])
def test_decode_batch_is_the_same(remote, fake, rgb, count):
    embedding = fake.encode(rgb)
    theirs, ours = (s.decode_batch(embedding, PROMPTS[:count]) for s in (remote, fake))
    assert theirs.logits.shape == (count, 3, 64, 64)
    assert np.array_equal(theirs.logits, ours.logits)
    assert np.array_equal(theirs.predicted_iou, ours.predicted_iou)


def test_results_stay_when_the_next_request_comes(remote, fake, rgb):
    embedding = remote.encode(rgb)
    features = embedding.features.copy()
    first = remote.decode_batch(embedding, PROMPTS[:1])
    remote.decode_batch(embedding, PROMPTS[1:3])
    remote.encode(255 - rgb)
    assert np.array_equal(embedding.features, features)
    assert np.array_equal(first.logits, fake.decode_batch(embedding, PROMPTS[:1]).logits)


def test_identity_and_name_are_the_childs(new_remote):
    segmenter = new_remote(weights="some weights")
    segmenter.start()
    assert segmenter.identity == FakeSegmenter(name="some weights").identity
    assert segmenter.name == "some weights"


def test_an_embedding_of_another_model_is_refused(remote, rgb):
    for other in (FakeSegmenter(name="other"), FakeSegmenter(image_size=320)):
        with pytest.raises(ValueError, match="not one of fake at an image size of 256"):
            remote.decode_batch(other.encode(rgb), [Prompt([(120, 120)], [1])])


def test_prompts_are_checked(remote, rgb):
    embedding = remote.encode(rgb)
    with pytest.raises(PromptError, match="outside the image of 400 x 300"):
        remote.decode(embedding, Prompt([(400, 10)], [1]))


def test_cached_embeddings_are_not_encoded_again(new_remote, rgb):
    segmenter = new_remote(cache=EmbeddingCache(2**20))
    segmenter.start()
    first = segmenter.encode(rgb)
    assert segmenter.encode(rgb.copy()) is first
    assert segmenter.encode(255 - rgb) is not first


def test_features_go_to_a_child_that_lacks_them_and_no_other(new_remote, rgb, monkeypatch):
    sent = []
    write = SharedArrays.write
    monkeypatch.setattr(SharedArrays, "write", lambda *args: (sent.append(args[2].shape), write(*args)))
    segmenter = new_remote()
    segmenter.start()
    embedding = segmenter.encode(rgb)
    segmenter.decode(embedding, PROMPTS[0])
    assert sent == [rgb.shape]
    segmenter.restart()
    segmenter.decode(embedding, PROMPTS[0])
    segmenter.decode(embedding, PROMPTS[1])
    assert sent == [rgb.shape, embedding.features.shape]


def test_shared_memory_for_a_large_image_is_given_back_at_once(remote, segments):
    remote.encode(np.zeros((2500, 2500, 3), np.uint8))
    assert segments
    assert not any(map(exists, segments))


def test_threads_take_turns(remote, fake, rgb):
    images = [np.roll(rgb, shift, axis=1) for shift in (0, 40, 80)]
    expected = [fake.encode(image).features for image in images]
    wrong = []

    def work(index):
        for _ in range(10):
            embedding = remote.encode(images[index])
            mask = remote.decode(embedding, PROMPTS[0])[0].mask
            if not np.array_equal(embedding.features, expected[index]) or mask.shape != (300, 400):
                wrong.append(index)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


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
