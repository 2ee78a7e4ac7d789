"""The kernels as a program of their own, under sanitizers and for other processors.

Compiled well it takes minutes (`make proof`); a sample, hardly optimised, takes seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.instruction_sets import ARM

HERE = Path(__file__).parent / "native"
SOURCES = ("entry.cpp", "pool.cpp", "kernels.cpp")
OPTIONS = ("-std=c++17", "-g", "-ffp-contract=off", "-Wall", "-Wextra", "-pthread")
BOUNDS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
ROUNDS, SEED = "20", "20260224"

OURS = {"neon": ()} if ARM else {"sse2": (), "avx2": ("-mavx2", "-mfma")}
# Of AVX-512's shape, but made of what this processor has.
WIDE = () if ARM else ("-mavx2", "-mfma", "-Wno-psabi")


def _compiler(*names):
    for name in names:
        if name and (path := shutil.which(name)):
            return path
    pytest.skip(f"none of {', '.join(filter(None, names))} is installed")


def _with_bounds(tmp_path):
    """A compiler that has the address sanitizer, which is a package of its own on some systems."""
    compiler, source = _compiler(os.environ.get("CXX"), "c++"), tmp_path / "empty.cpp"
    source.write_text("int main() {}\n")
    tried = subprocess.run([compiler, *BOUNDS, source, "-o", tmp_path / "empty"], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"{compiler} has no address sanitizer: {tried.stderr.strip().splitlines()[-1]}")
    return compiler


def _fuzz(tmp_path, project, compiler, simd, flags, *, emulator=(), rounds=ROUNDS, optimise="-O1"):
    kernels, program = project / "annotator" / "kernels" / "src", tmp_path / "fuzz"
    sources = [HERE / "fuzz.cpp", *(kernels / name for name in SOURCES)]
    defines = [f"-I{kernels}", "-DTS_ISA=tested", f'-DTS_SIMD="{simd}"']
    build = [compiler, *OPTIONS, optimise, *flags, *defines, *sources, "-o", program]
    built = subprocess.run(build, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    run = subprocess.run([*emulator, program, rounds, SEED], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("largest difference")


def test_a_sample(tmp_path, project):
    simd = next(iter(OURS))
    flags = (*OURS[simd], *BOUNDS)
    _fuzz(tmp_path, project, _with_bounds(tmp_path), f"simd/{simd}.h", flags, rounds="1", optimise="-O0")


@pytest.mark.proof
@pytest.mark.parametrize("simd", OURS)
def test_no_access_out_of_bounds(tmp_path, project, simd):
    compiler = _with_bounds(tmp_path)
    _fuzz(tmp_path, project, compiler, f"simd/{simd}.h", (*OURS[simd], *BOUNDS))


@pytest.mark.proof
def test_tiles_of_the_widest_registers(tmp_path, project):
    compiler = _with_bounds(tmp_path)
    _fuzz(tmp_path, project, compiler, HERE / "wide.h", (*WIDE, *BOUNDS))


@pytest.mark.proof
def test_no_data_race(tmp_path, project):
    compiler = _compiler(os.environ.get("CXX"), "c++")
    simd = next(iter(OURS))
    _fuzz(tmp_path, project, compiler, f"simd/{simd}.h", (*OURS[simd], "-fsanitize=thread"))


@pytest.mark.proof
@pytest.mark.skipif(ARM, reason="this is an arm64 machine: the other tests are of its own build")
def test_arm64_under_an_emulator(tmp_path, project):
    compiler = _compiler("aarch64-linux-gnu-g++")
    emulator = _compiler("qemu-aarch64-static", "qemu-aarch64")
    _fuzz(tmp_path, project, compiler, "simd/neon.h", ("-static",), emulator=(emulator,), optimise="-O2")
