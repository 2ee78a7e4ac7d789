"""The pool: any number of threads, several callers, and forked children."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading

import numpy as np
import pytest

from annotator.kernels import arrays, library, operators
from tests.kernels.test_arrays import Numbers


@pytest.fixture
def job(kernels):
    """Runs one kernel that is shared out among threads, always on the same numbers."""
    n = Numbers(5)
    x, spatial, biases = n(40, 50, 64), n.kernel(64), (n(64), n(256), n(64))
    expand, project = arrays.pack(n.weight(256, 64)), arrays.pack(n.weight(64, 256))
    return lambda: arrays.run(operators.CONV_MLP, x, spatial, biases[0], expand, biases[1], project, biases[2])


def test_the_result_does_not_depend_on_the_number_of_threads(job, restored_threads):
    results = []
    for count in (1, 2, 3, 8, 1):
        library.set_threads(count)
        assert library.describe().threads == count
        results.append(job())
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


@pytest.mark.parametrize("count", [0, -1, 1025])
def test_an_impossible_number_of_threads_is_refused(kernels, count):
    with pytest.raises(ValueError, match=r"1\.\.1024"):
        library.set_threads(count)


def test_several_callers_take_turns(job, restored_threads):
    library.set_threads(2)
    expected = job()
    wrong = []

    def call():
        for _ in range(20):
            if not np.array_equal(job(), expected):
                wrong.append(threading.current_thread().name)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert wrong == []


def _in_child(job, results):
    results.put(job())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_a_forked_child_makes_its_own_threads(job, restored_threads):
    library.set_threads(2)
    expected = job()
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    child = context.Process(target=_in_child, args=(job, results))
    child.start()
    try:
        np.testing.assert_array_equal(results.get(), expected)
    finally:
        child.join(10)
        child.kill()
        child.join()
    assert child.exitcode == 0


_TOO_MANY = """
import resource
import numpy as np
from annotator.kernels import arrays, describe, operators, set_threads
from tests.kernels.test_arrays import Numbers

n = Numbers(5)
dense = [n(300, 64), arrays.pack(n.weight(64, 64)), n(64)]
set_threads(1)
expected = arrays.run(operators.DENSE, *dense)
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 200 * 2**20, resource.RLIM_INFINITY))
set_threads(1024)
assert np.array_equal(arrays.run(operators.DENSE, *dense), expected)
print(describe().threads)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of the process as Linux does")
def test_where_the_system_grants_fewer_threads_those_do_the_work(kernels, project):
    done = subprocess.run([sys.executable, "-c", _TOO_MANY], cwd=project, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert 1 <= int(done.stdout) < 1024


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_forking_while_other_threads_use_the_pool(job, restored_threads):
    expected = job()
    stop = threading.Event()

    def work():
        while not stop.is_set():
            job()

    def resize():
        while not stop.is_set():
            for count in (1, 2, 3):
                library.set_threads(count)

    busy = [threading.Thread(target=work), threading.Thread(target=resize)]
    for thread in busy:
        thread.start()
    context = multiprocessing.get_context("fork")
    try:
        for _ in range(10):
            results = context.SimpleQueue()
            child = context.Process(target=_in_child, args=(job, results))
            child.start()
            try:
                assert results._reader.poll(60), "the child hangs"
                np.testing.assert_array_equal(results.get(), expected)
            finally:
                child.join(10)
                child.kill()
                child.join()
    finally:
        stop.set()
        for thread in busy:
            thread.join()
