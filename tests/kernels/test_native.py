"""The kernels as a program of their own, under sanitizers and for other processors; compiling it takes minutes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kernels.conftest import ARM

pytestmark = pytest.mark.proof

HERE = Path(__file__).parent / "native"
SOURCES = ("entry.cpp", "pool.cpp", "kernels.cpp")
OPTIONS = ("-std=c++17", "-O1", "-g", "-ffp-contract=off", "-Wall", "-Wextra", "-pthread")
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


def _fuzz(tmp_path, project, compiler, simd, flags, *, emulator=()):
    kernels, program = project / "annotator" / "kernels" / "src", tmp_path / "fuzz"
    sources = [HERE / "fuzz.cpp", *(kernels / name for name in SOURCES)]
    defines = [f"-I{kernels}", "-DTS_ISA=tested", f'-DTS_SIMD="{simd}"']
    build = [compiler, *OPTIONS, *flags, *defines, *sources, "-o", program]
    built = subprocess.run(build, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    run = subprocess.run([*emulator, program, ROUNDS, SEED], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("largest difference")


@pytest.mark.parametrize("simd", OURS)
def test_no_access_out_of_bounds(tmp_path, project, simd):
    compiler = _compiler(os.environ.get("CXX"), "c++")
    _fuzz(tmp_path, project, compiler, f"simd/{simd}.h", (*OURS[simd], *BOUNDS))


def test_tiles_of_the_widest_registers(tmp_path, project):
    compiler = _compiler(os.environ.get("CXX"), "c++")
    _fuzz(tmp_path, project, compiler, HERE / "wide.h", (*WIDE, *BOUNDS))


def test_no_data_race(tmp_path, project):
    compiler = _compiler(os.environ.get("CXX"), "c++")
    simd = next(iter(OURS))
    _fuzz(tmp_path, project, compiler, f"simd/{simd}.h", (*OURS[simd], "-fsanitize=thread"))


@pytest.mark.skipif(ARM, reason="this is an arm64 machine: the other tests are of its own build")
def test_arm64_under_an_emulator(tmp_path, project):
    compiler = _compiler("aarch64-linux-gnu-g++")
    emulator = _compiler("qemu-aarch64-static", "qemu-aarch64")
    _fuzz(tmp_path, project, compiler, "simd/neon.h", ("-O2", "-static"), emulator=(emulator,))
