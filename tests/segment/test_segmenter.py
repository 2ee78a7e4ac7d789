"""The values a segmenter hands out."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from annotator.errors import PromptError
from annotator.segment import CancellationToken, Cancelled, DecodeBatch, Embedding, Prompt, Proposal
from annotator.segment.preprocess import Frame, upsample
from annotator.segment.segmenter import check_prompts

FRAME = Frame(height=32, width=64, input_size=64)  # the lower half of the 16 x 16 logits is padding


def proposal(logits, mask_threshold=0.0):
    return Proposal(np.asarray(logits, np.float32), 0.5, FRAME, mask_threshold)


def embedding(frame=FRAME, mask_threshold=0.0):
    return Embedding(np.zeros((1, 256, 4, 4), np.float32), frame, "fingerprint", "digest", mask_threshold)


def test_mask_is_what_exceeds_the_threshold_in_original_pixels():
    logits = np.random.default_rng(0).normal(0, 3, (16, 16)).astype(np.float32)
    for threshold in (0.0, 1.5):
        mask = proposal(logits, threshold).mask
        assert mask.dtype == np.bool_
        assert np.array_equal(mask, upsample(logits, FRAME) > threshold)


def test_mask_is_upsampled_once():
    one = proposal(np.zeros((16, 16)))
    assert one.mask is one.mask


def test_stability_compares_the_masks_one_logit_apart_and_ignores_the_padding():
    logits = np.full((16, 16), -9.0)
    logits[:8, :4] = 5.0  # 32 cells in both masks
    logits[:8, 4:8] = 0.5  # 32 cells in the larger one only
    logits[8:] = 5.0  # padding
    assert proposal(logits).stability == 0.5


def test_stability_is_measured_around_the_mask_threshold():
    logits = np.full((16, 16), -9.0)
    logits[:8, :4] = 5.0
    logits[:8, 4:8] = 0.5
    assert proposal(logits, mask_threshold=3.0).stability == 1.0
    assert proposal(logits, mask_threshold=-2.0).stability == 1.0


def test_stability_of_nothing_is_zero():
    assert proposal(np.full((16, 16), -9.0)).stability == 0.0


def test_proposals_come_best_first_with_their_own_logits():
    logits = np.arange(2 * 3 * 16 * 16, dtype=np.float32).reshape(2, 3, 16, 16)
    batch = DecodeBatch(logits, np.float32([[0.1, 0.2, 0.3], [0.5, 0.9, 0.7]]))
    proposals = batch.proposals(1, embedding(mask_threshold=0.25))
    assert [round(p.predicted_iou, 3) for p in proposals] == [0.9, 0.7, 0.5]
    for one, i in zip(proposals, (1, 2, 0), strict=True):
        assert np.array_equal(one.logits, logits[1, i])
        assert one.frame == FRAME
        assert one.mask_threshold == 0.25
        # The batch of many prompts can be freed while one proposal lives.
        assert one.logits.base is None


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt([(64.0, 10.0)], [1]),
        Prompt([(10.0, 32.0)], [1]),
        Prompt([(-0.5, 10.0)], [0]),
        Prompt(box=(70, 0, 80, 10)),
    ],
)
def test_prompts_outside_the_image_are_refused(prompt):
    with pytest.raises(PromptError, match="outside the image of 64 x 32 pixels"):
        check_prompts(embedding(), [Prompt([(1, 1)], [1]), prompt])


def test_logits_of_another_size_are_refused():
    with pytest.raises(ValueError, match="16 x 16"):
        check_prompts(embedding(), [Prompt([(1, 1)], [1], logits=np.zeros((8, 8), np.float32))])


def test_fitting_prompts_are_accepted():
    check_prompts(embedding(), [Prompt([(63.9, 31.9)], [1], (-5, -5, 70, 40), logits=np.zeros((16, 16), np.float32))])


def test_a_token_is_cancelled_from_another_thread():
    token = CancellationToken()
    token.check()
    thread = threading.Thread(target=token.cancel)
    thread.start()
    thread.join()
    assert token.is_cancelled
    with pytest.raises(Cancelled):
        token.check()
