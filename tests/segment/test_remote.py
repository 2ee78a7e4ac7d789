"""A segmenter in a child process computes the same as one in this process."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from annotator.errors import PromptError
from annotator.segment import Prompt
from annotator.segment.cache import EmbeddingCache
from annotator.segment.remote_wire import SharedArrays
from tests.fakes import FakeSegmenter
from tests.segment.remote_work import PROMPTS, exists


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
