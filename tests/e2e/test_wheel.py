"""The wheel that `pip wheel .` builds: what is in it, and that it works where there is no compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from annotator.kernels import library

pytestmark = pytest.mark.proof


BOX = ("--box", "134,81,208,148")


def run(*command: object, folder: Path, environment: dict[str, str] | None = None) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as everybody would; only CMake's folder is elsewhere, for the checkout's own may be in use."""
    if shutil.which(os.environ.get("CXX") or "c++") is None:
        pytest.skip("no C++ compiler to build the kernels with")
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--quiet", "--config-settings", f"build-dir={folder / 'build'}", "--wheel-dir", folder)
    run(sys.executable, "-m", "pip", "wheel", project, *options, folder=folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel."""
    return install(wheel, tmp_path_factory.mktemp("fresh") / "environment")


def install(wheel: Path, folder: Path) -> Path:
    """Make an environment with nothing but the wheel; the libraries it depends on come from this one's folder.

    They are 1 GB to download. What is installed here as `annotator` is found after the wheel's.
    """
    run(sys.executable, "-m", "venv", "--without-pip", folder, folder=wheel.parent)
    program = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", program, "install", "--no-deps", wheel, folder=wheel.parent)
    paths = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", vars=paths))
    (site / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder


@pytest.fixture
def environment(fresh: Path, tmp_path: Path) -> dict[str, str]:
    """No compiler on the path, and none named."""
    kept = {name: value for name, value in os.environ.items() if name not in ("CC", "CXX", "PYTHONPATH")}
    found = {**kept, "PATH": str(fresh / "bin"), "HOME": str(tmp_path)}
    assert all(
        shutil.which(name, path=found["PATH"]) is None for name in ("c++", "g++", "clang++", "cc", "gcc", "cmake")
    )
    return found


def test_what_is_in_it(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert f"annotator/kernels/{library.library_path().name}" in names
    assert any(name.startswith("annotator/weights/") and name.endswith(".safetensors") for name in names)
    assert any(name.startswith("annotator/resources/translations/") and name.endswith(".qm") for name in names)
    assert not [name for name in names if name.endswith((".cpp", ".h")) or name.startswith("tests/")]
    # One for every Python, because the kernels are plain C; but for one system and processor.
    assert wheel.name.split("-")[2:4] == ["py3", "none"]
    assert not wheel.name.endswith("any.whl")


def test_it_uses_its_kernels_without_a_compiler(fresh: Path, environment: dict[str, str], tmp_path: Path):
    said = run(fresh / "bin" / "annotator", "--version", "--verbose", folder=tmp_path, environment=environment)
    (kernels,) = (line for line in said.splitlines() if line.startswith("kernels: "))
    assert kernels == f"kernels: {library.describe()}"
    where = run(
        fresh / "bin" / "python", "-c", "from annotator.kernels import describe; print(describe().path)",
        folder=tmp_path, environment=environment,
    )  # fmt: skip
    assert fresh in Path(where.strip()).parents


def test_it_segments_without_a_compiler(fresh: Path, environment: dict[str, str], project: Path, tmp_path: Path):
    picture = tmp_path / "chelsea.png"
    shutil.copy(project / "resources" / "example" / "chelsea.png", picture)
    overlay = tmp_path / "overlay.png"
    run(
        fresh / "bin" / "annotator", "segment", picture, *BOX, "--overlay", overlay,
        folder=tmp_path, environment=environment,
    )  # fmt: skip
    assert overlay.stat().st_size > 0


def test_where_it_is_built_without_a_compiler_it_finds_the_same(project: Path, tmp_path: Path):
    # What builds a wheel, git among it, but nothing that compiles.
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "env", "git", "uname"):
        if (found := shutil.which(name)) is not None:
            (tools / name).symlink_to(found)
    kept = {name: value for name, value in os.environ.items() if name not in ("CC", "CXX", "PYTHONPATH")}
    environment = {**kept, "PATH": str(tools)}
    options = ("--no-deps", "--quiet", "--config-settings", f"build-dir={tmp_path / 'build'}", "--wheel-dir", tmp_path)
    run(sys.executable, "-m", "pip", "wheel", project, *options, folder=tmp_path, environment=environment)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert f"annotator/kernels/{library.library_path().name}" not in archive.namelist()
    bare = install(wheel, tmp_path / "bare")
    said = run(bare / "bin" / "annotator", "--version", "--verbose", folder=tmp_path, environment=environment)
    assert "kernels: none" in said
    words = ("segment", project / "resources" / "example" / "chelsea.png", *BOX)
    without = run(bare / "bin" / "annotator", *words, folder=tmp_path, environment=environment)
    assert without == run(sys.executable, "-m", "annotator", *words, folder=project)
