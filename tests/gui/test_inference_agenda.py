"""The order in which the segmenter's thread is given its work, without a thread or a segmenter."""

from __future__ import annotations

import concurrent.futures
import threading

import numpy as np
import pytest

from annotator.errors import SegmenterError
from annotator.gui.errands import Errand
from annotator.gui.inference_agenda import Agenda, Decode, Encode, Preview, Refuse, Restart
from annotator.segment import Cancelled, Prompt
from annotator.segment.cache import EmbeddingCache
from tests.fakes import FakeSegmenter

RGB = np.zeros((32, 48, 3), np.uint8)
PROMPT = Prompt(points=[(1, 1)], labels=[1])


@pytest.fixture
def embeddings() -> EmbeddingCache:
    return EmbeddingCache(2**30)


@pytest.fixture
def agenda(embeddings) -> Agenda:
    agenda = Agenda(embeddings)
    assert agenda.begin()
    return agenda


@pytest.fixture
def embedding():
    return FakeSegmenter().encode(RGB)


def errand(generation: int | None = None) -> Errand:
    return Errand(lambda segmenter, interruption: None, generation)


def nothing_waits(agenda: Agenda) -> bool:
    """Whether next_task would wait: an errand put behind everything else is what it gives."""
    last = errand()
    agenda.submit(last)
    given = agenda.next_task(None)
    agenda.errand_done(last, again=False)
    return given is last


def test_the_newest_prompt_comes_first_then_the_preview_then_the_image_then_errands(agenda, embeddings, embedding):
    waiting = errand()
    agenda.submit(waiting)
    agenda.show("b", RGB)
    embeddings.put("a", embedding)
    agenda.preview("a", PROMPT)
    newest_preview = agenda.preview("a", PROMPT)
    agenda.decode("a", PROMPT, None)
    newest = agenda.decode("a", PROMPT, None)

    decode = agenda.next_task(None)
    assert isinstance(decode, Decode)
    assert (decode.request.request_id, decode.embedding) == (newest, embedding)
    preview = agenda.next_task(None)
    assert isinstance(preview, Preview)
    assert preview.request.request_id == newest_preview
    encode = agenda.next_task(None)
    assert isinstance(encode, Encode)
    assert (encode.image.key, encode.refusal) == ("b", None)
    embeddings.put("b", embedding)
    agenda.announced(encode.image)
    assert agenda.next_task(None) is waiting
    agenda.errand_done(waiting, again=False)
    assert nothing_waits(agenda)


def test_a_prompt_waits_for_its_embedding_and_a_preview_does_not(agenda, embeddings, embedding):
    agenda.show("a", RGB)
    agenda.decode("a", PROMPT, None)
    agenda.preview("a", PROMPT)
    encode = agenda.next_task(None)
    assert isinstance(encode, Encode)
    embeddings.put("a", embedding)
    agenda.announced(encode.image)
    assert isinstance(agenda.next_task(None), Decode)
    assert nothing_waits(agenda)


def test_a_prompt_that_was_dropped_is_never_given(agenda, embeddings, embedding):
    embeddings.put("a", embedding)
    agenda.decode("a", PROMPT, None)
    agenda.drop_decode()
    assert nothing_waits(agenda)


def test_a_prompt_that_met_the_segmenters_end_is_tried_again_unless_a_newer_one_waits(agenda, embeddings, embedding):
    embeddings.put("a", embedding)
    first = agenda.decode("a", PROMPT, None)
    given = agenda.next_task(None)
    agenda.retry(given.request)
    again = agenda.next_task(None)
    assert again.request.request_id == first
    newer = agenda.decode("a", PROMPT, None)
    agenda.retry(again.request)
    assert agenda.next_task(None).request.request_id == newer
    assert nothing_waits(agenda)


def test_an_image_that_cannot_be_encoded_is_refused_and_not_tried_again(agenda):
    agenda.show("a", RGB)
    encode = agenda.next_task(None)
    agenda.refuse(encode.image, "too strange")
    agenda.announced(encode.image)
    assert nothing_waits(agenda)
    request = agenda.decode("a", PROMPT, None)
    refusal = agenda.next_task(None)
    assert isinstance(refusal, Refuse)
    assert (refusal.request.request_id, refusal.reason) == (request, "too strange")
    agenda.show("a", RGB)  # back on screen: the reason is to be told again
    assert agenda.next_task(None).refusal == "too strange"


def test_leaving_an_image_cancels_its_encode_and_coming_back_to_it_does_not(agenda):
    agenda.show("a", RGB)
    first = agenda.next_task(None).image
    agenda.show("a", RGB)
    assert not first.cancel.is_cancelled
    second = agenda.next_task(None).image
    agenda.show("b", RGB)
    assert second.cancel.is_cancelled
    agenda.announced(second)  # which is news of another image than the one on screen
    assert agenda.next_task(None).image.key == "b"


def test_an_errand_is_interrupted_by_what_is_more_urgent_and_comes_first_afterwards(agenda):
    first, second = errand(), errand()
    agenda.submit(first)
    agenda.submit(second)
    assert agenda.next_task(None) is first
    assert not first.interruption.is_cancelled
    agenda.decode("a", PROMPT, None)
    assert first.interruption.is_cancelled
    agenda.errand_done(first, again=True)
    assert agenda.next_task(None) is first
    agenda.errand_done(first, again=False)
    assert agenda.next_task(None) is second


def test_an_image_with_its_embedding_interrupts_no_errand(agenda, embeddings, embedding):
    embeddings.put("a", embedding)
    running = errand()
    agenda.submit(running)
    assert agenda.next_task(None) is running
    agenda.show("a", RGB)
    assert not running.interruption.is_cancelled
    agenda.show("b", RGB)
    assert running.interruption.is_cancelled


def test_errands_for_another_segmenter_and_abandoned_ones_are_not_given(agenda):
    stale, abandoned, meant = errand(agenda.generation), errand(), errand(agenda.generation + 1)
    for each in (stale, abandoned, meant):
        agenda.submit(each)
    abandoned.is_abandoned = True
    agenda.leave()
    assert agenda.is_leaving
    assert agenda.next_task(None) is None
    assert agenda.begin()
    assert not agenda.is_leaving
    assert agenda.next_task(None) is meant
    assert stale.answer.cancelled()
    assert not abandoned.answer.done()


def test_another_segmenter_embeds_the_image_on_screen_anew(agenda, embeddings, embedding):
    agenda.show("a", RGB)
    before = agenda.next_task(None).image
    embeddings.put("a", embedding)
    agenda.announced(before)
    agenda.leave()
    assert before.cancel.is_cancelled
    assert agenda.begin()
    assert embeddings.get("a") is None
    after = agenda.next_task(None).image
    assert after.key == "a"
    assert not after.cancel.is_cancelled


def test_while_the_segmenter_is_down_errands_fail_and_prompts_wait_for_its_restart(agenda, embeddings, embedding):
    embeddings.put("a", embedding)
    waiting = errand()
    agenda.submit(waiting)
    request = agenda.decode("a", PROMPT, None)
    agenda.restart()
    assert isinstance(agenda.next_task("It is down."), Restart)
    given = []
    thread = threading.Thread(target=lambda: given.append(agenda.next_task("It is down.")))
    thread.start()
    with pytest.raises(SegmenterError, match=r"It is down\."):
        waiting.answer.result(timeout=20)
    assert not agenda.restart()
    thread.join(timeout=20)
    assert given == [Restart()]
    assert agenda.next_task(None).request.request_id == request


def test_a_restart_asked_for_before_another_segmenter_starts_is_not_a_second_one(agenda):
    agenda.restart()
    agenda.leave()
    assert agenda.begin()
    assert nothing_waits(agenda)


def test_closing_drops_errands_and_wakes_who_waits(agenda):
    running, waiting = errand(), errand()
    agenda.submit(running)
    assert agenda.next_task(None) is running
    agenda.submit(waiting)
    agenda.close()
    assert running.interruption.is_cancelled
    agenda.errand_done(running, again=True)
    late = errand()
    agenda.submit(late)
    for each in (running, waiting, late):
        with pytest.raises((Cancelled, concurrent.futures.CancelledError)):
            each.answer.result(timeout=0)
    assert agenda.next_task(None) is None
    assert not agenda.begin()


def test_once_it_has_stopped_errands_fail_until_a_restart(agenda):
    before, after = errand(), errand()
    agenda.submit(before)
    agenda.stop("A fault.")
    agenda.submit(after)
    for each in (before, after):
        with pytest.raises(SegmenterError, match=r"A fault\."):
            each.answer.result(timeout=0)
    assert agenda.restart()
    assert not agenda.restart()  # only one thread may be started
    assert agenda.begin()
    assert nothing_waits(agenda)
