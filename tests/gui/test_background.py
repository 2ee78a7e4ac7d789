"""Background jobs: whoever listens is told, whatever the threads' timing."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt

from annotator.gui.background import BackgroundJobs


def test_everybody_hears_of_a_jobs_end_however_slowly_its_thread_tells(qtbot, qapp):
    jobs = BackgroundJobs()
    told = []
    job = jobs.new(lambda _: None)
    # Called in the job's thread, between its telling the jobs, which delete it then, and its telling the test.
    job.finished.connect(lambda: time.sleep(0.3), Qt.ConnectionType.DirectConnection)
    job.finished.connect(lambda: told.append(True))
    job.start()
    qtbot.waitUntil(lambda: bool(told))


def test_nothing_is_begun_once_the_window_is_gone(qtbot, qapp):
    jobs, begun = BackgroundJobs(), []
    assert jobs.close(seconds=20)
    job = jobs.new(lambda _: begun.append(True))
    job.start()
    assert not job.isRunning()
    assert job.wait(1000)
    assert not begun
