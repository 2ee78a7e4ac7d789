"""What the program runs on: for `annotator --version --verbose` and for reports."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path

from annotator import kernels, paths


def version_lines() -> list[str]:
    """Python, the libraries, the kernels and where weights are looked for; a line each."""
    lines = [python_and_system()]
    try:
        requirements = metadata.requires("tinysam-annotator") or []
    except metadata.PackageNotFoundError:
        lines.append("not installed: this is a bare checkout")
        requirements = []
    for requirement in requirements:
        if "extra ==" not in requirement:
            name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
            lines.append(f"{name} {metadata.version(name)}")
    lines.append(kernels_line())
    lines.append(f"shipped weights: {paths.shipped_weights_dir()}")
    lines.append(f"imported weights: {paths.user_weights_dir()}")
    return lines


def python_and_system() -> str:
    """Such as "Python 3.11.7 on Linux-6.1-x86_64"."""
    return f"Python {platform.python_version()} on {platform.platform()}"


def kernels_line() -> str:
    """Which instruction set the kernels use and how many threads, or why there are none."""
    try:
        return f"kernels: {kernels.describe()}"
    except kernels.KernelsUnavailable as error:
        return f"kernels: none, so the network runs on MindSpore's own operators, slower ({error})"


def machine_lines() -> list[str]:
    """The processor with its cores, such as "AMD EPYC, 4 cores (2 for this process)", and the kernels.

    For reports, so without the user's folders, which kernels_line() may name.
    """
    cores, ours = os.cpu_count(), kernels.usable_processors()
    count = f"{cores} core{'' if cores == 1 else 's'}" + (f" ({ours} for this process)" if ours != cores else "")
    ours_or_none = (
        kernels_line()
        if kernels.available()
        else "kernels: none, so the network runs on MindSpore's own operators, slower (why: annotator --version -v)"
    )
    return [f"{processor()}, {count}", ours_or_none]


def processor() -> str:
    """The processor's name as its maker writes it, where the system tells; else its architecture."""
    if platform.system() == "Linux":
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    elif platform.system() == "Darwin":
        asked = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0:
            return asked.stdout.strip()
    return platform.processor() or platform.machine()
