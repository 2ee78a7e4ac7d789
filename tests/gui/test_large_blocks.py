"""Large blocks are not kept by the allocator."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import numpy as np, psutil
from annotator.gui import large_blocks

large_blocks.give_back()
resident = lambda: psutil.Process().memory_info().rss
np.ones(30 * 2**20, np.uint8)  # freed at once: from here on glibc would keep such blocks in its heap
small, blocks = [], []
for _ in range(40):
    blocks.append(np.ones(4 * 2**20, np.uint8))
    small.append(bytearray(40_000))
full = resident()
blocks.clear()
print(full - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have their own ways")
def test_what_lies_between_small_blocks_is_given_back():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 150 * 2**20
