"""What is said when the library is missing or wrong, and what is said about it when it is there."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from annotator import kernels as package
from annotator.kernels import KernelsUnavailable, library


@pytest.fixture
def fresh():
    """Lets a test load another library, and forgets it afterwards."""
    library.load.cache_clear()
    yield
    library.load.cache_clear()


def test_describe(kernels):
    described = library.describe()
    assert described.isa in ("avx512", "avx2", "sse2", "neon")
    assert described.threads >= 1
    assert described.path.is_file()
    assert str(described).startswith(f"{described.isa}, {described.threads} thread")


def test_unknown_instruction_set(kernels):
    with pytest.raises(ValueError, match="'mmx'"):
        library.select_isa("mmx")


def test_missing_library(fresh, monkeypatch, tmp_path):
    monkeypatch.setattr(package, "__path__", [str(tmp_path)])
    assert not library.available()
    with pytest.raises(KernelsUnavailable, match="does not exist"):
        library.describe()


def test_damaged_library(fresh, monkeypatch, tmp_path, kernels):
    name = library.library_path().name
    (tmp_path / name).write_bytes(b"not a library")
    monkeypatch.setattr(package, "__path__", [str(tmp_path)])
    assert not library.available()
    with pytest.raises(KernelsUnavailable, match=f"{name} cannot be loaded"):
        library.load()


def test_library_of_another_version(fresh, monkeypatch, tmp_path, kernels):
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to build another library with")
    source = tmp_path / "other.c"
    source.write_text("int ts_abi_version(void) { return 999; }\nint ts_isa, ts_select_isa;\n")
    path = tmp_path / library.library_path().name
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(path), str(source)], check=True)
    monkeypatch.setattr(package, "__path__", [str(tmp_path)])
    with pytest.raises(KernelsUnavailable, match="interface 999"):
        library.load()
