"""Qt objects in cyclic garbage are destroyed in the GUI thread, whichever thread makes garbage."""

from __future__ import annotations

import gc
import threading
import weakref

from annotator.gui import garbage


class Cycle:
    """Garbage that says in which thread it goes."""

    def __init__(self, threads: list[threading.Thread]) -> None:
        self.me = self
        weakref.finalize(self, lambda: threads.append(threading.current_thread()))


def make_garbage(threads: list[threading.Thread]) -> None:
    for _ in range(20 * gc.get_threshold()[0]):
        Cycle(threads)


def test_garbage_of_another_thread_waits_for_the_gui_thread(qtbot, garbage_in_the_gui_thread):
    collected_in: list[threading.Thread] = []
    worker = threading.Thread(target=make_garbage, args=(collected_in,))
    worker.start()
    worker.join()
    assert collected_in == []
    qtbot.waitUntil(lambda: bool(collected_in))
    assert set(collected_in) == {threading.main_thread()}


def test_older_garbage_is_collected_too(garbage_in_the_gui_thread):
    collected_in: list[threading.Thread] = []
    survivor = Cycle(collected_in)
    gc.collect()
    del survivor
    steps = (gc.get_threshold()[1] + 2) * (gc.get_threshold()[2] + 2)
    for _ in range(steps):
        young = [[] for _ in range(gc.get_threshold()[0] + 100)]
        garbage_in_the_gui_thread.collect_if_due()
        del young
    assert collected_in == [threading.main_thread()]


def test_nothing_is_collected_during_a_pause(garbage_in_the_gui_thread):
    collected_in: list[threading.Thread] = []
    with garbage.pause():
        make_garbage(collected_in)
        garbage_in_the_gui_thread.collect_if_due()
        assert collected_in == []
    garbage_in_the_gui_thread.collect_if_due()
    assert collected_in


def test_what_is_exempt_is_freed_without_a_collection():
    gone: list[int] = []
    kept = {0: type("Anything", (), {})()}
    weakref.finalize(kept[0], gone.append, 1)
    try:
        garbage.exempt_all()
        gc.collect()
        assert gone == []
        kept.clear()
        assert gone == [1]
    finally:
        gc.unfreeze()
