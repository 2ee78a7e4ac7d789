"""Who may import whom: the contracts of pyproject.toml, and what a fresh process really loads."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from importlinter import api

# What each part may import from outside the project and the standard library: the table of docs/architecture.md.
LIBRARIES = {
    "errors": set(),
    "files": set(),
    "paths": {"platformdirs"},
    "core": {"numpy", "cv2", "PIL", "pycocotools", "orjson", "yaml"},
    "segment": {"numpy", "cv2", "PIL", "ray"},
    "model": {"numpy", "mindspore", "safetensors"},
    "kernels": {"numpy", "mindspore"},
    "gui": {"numpy", "PySide6", "shiboken6"},
    "cli": set(),
    "commands": {"numpy", "cv2", "onnxruntime"},  # the last one inside a function, and only when asked to compare
}
WINDOW = {"PySide6", "shiboken6"}
MODEL = {"mindspore"}

# Imports every module of a package but the exempt ones and prints the roots of all that got loaded.
IMPORT_ALL = """
import importlib, json, pkgutil, sys
package, exempt = sys.argv[1], set(sys.argv[2:])
paths = importlib.import_module(package).__path__
for module in pkgutil.walk_packages(paths, package + "."):
    if module.name not in exempt:
        importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""

# Runs the command line and prints the roots of all that got loaded after what it printed itself.
RUN_CLI = """
import json, sys
from annotator.cli import main
try:
    main(sys.argv[1:])
except SystemExit as exit:
    assert not exit.code, exit.code
print()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded_by(script: str, *arguments: str, cwd: Path) -> set[str]:
    process = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )
    assert process.returncode == 0, process.stderr
    return set(json.loads(process.stdout.splitlines()[-1]))


def test_the_contracts_of_pyproject_hold(project: Path):
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert command, "import-linter is not installed beside this Python"
    process = subprocess.run([command], cwd=project, capture_output=True, text=True, check=False, timeout=120)
    assert process.returncode == 0, process.stdout + process.stderr


def test_every_part_imports_only_the_libraries_of_the_table():
    used: dict[str, set[str]] = {}
    graph = grimp.build_graph("annotator", include_external_packages=True)
    for module in graph.modules:
        root, _, rest = module.partition(".")
        if root == "annotator" and rest and rest != "__main__":
            imported = {name.partition(".")[0] for name in graph.find_modules_directly_imported_by(module)}
            part = rest.partition(".")[0]
            used.setdefault(part, set()).update(imported - {"annotator"} - sys.stdlib_module_names)
    assert used.keys() <= LIBRARIES.keys()
    assert {part: libraries - LIBRARIES[part] for part, libraries in used.items() if libraries - LIBRARIES[part]} == {}


def test_every_package_has_a_contract(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(project)
    contracts = api.read_configuration()["contracts_options"]
    bound = {module for contract in contracts for module in contract["source_modules"]}
    packages = {f"annotator.{init.parent.name}" for init in (project / "annotator").glob("*/__init__.py")}
    # The commands put the rest together, so they may import all of it.
    assert packages - {"annotator.commands"} <= bound


@pytest.mark.parametrize(
    ("package", "exempt", "forbidden"),
    [
        ("annotator.core", [], WINDOW | MODEL | {"safetensors"}),
        ("annotator.segment", ["annotator.segment.tinysam", "annotator.segment.prelabel_ray"], WINDOW | MODEL),
        ("annotator.model", [], WINDOW | {"cv2"}),
        ("annotator.gui", [], MODEL),
    ],
)
def test_a_fresh_process_loads_only_what_the_package_may_import(
    package: str, exempt: list[str], forbidden: set[str], project: Path
):
    assert not loaded_by(IMPORT_ALL, package, *exempt, cwd=project) & forbidden


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], ["--version", "-v"], ["segment", "--help"], ["weights", "--help"]],
    ids=" ".join,
)
def test_help_and_version_answer_without_the_heavy_packages(words: list[str], project: Path):
    heavy = WINDOW | MODEL | {"numpy", "cv2", "PIL", "pycocotools", "safetensors"}
    assert not loaded_by(RUN_CLI, *words, cwd=project) & heavy
