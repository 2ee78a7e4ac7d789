"""What the documentation says there is, is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "annotator"
PAGES = [page for folder in ("", "docs/**/", "resources/**/", "weights/") for page in PROJECT.glob(f"{folder}*.md")]
FOLDERS = "annotator|benchmarks|docs|tests|tools|resources|weights|commands|core|gui|kernels|model|segment"
# Paths as pages write them: from the project's folder, or from that of the package.
NAMED = re.compile(rf"(?<![\w/.-])((?:{FOLDERS})/[\w./-]*\w\.(?:py|md|sh|cpp|h|json|svg|png|ts))\b")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def exists(name: str) -> bool:
    return (PROJECT / name).exists() or (PACKAGE / name).exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_every_file_that_a_page_names_or_links_to_exists(page: Path):
    text = page.read_text(encoding="utf-8")
    assert [name for name in NAMED.findall(text) if not exists(name)] == []
    assert [target for target in LINK.findall(text) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", [PROJECT / "README.md", *(PROJECT / "docs/guide").glob("*.md")], ids=lambda p: p.stem)
def test_the_guide_is_in_both_languages(page: Path):
    stem = page.stem.removesuffix(".zh-CN")
    assert page.with_name(f"{stem}.md").is_file()
    assert page.with_name(f"{stem}.zh-CN.md").is_file()


def test_the_layout_lists_every_folder_and_every_module_of_the_package_itself():
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    layout = text.partition("## Layout")[2].partition("\n## ")[0]
    listed = re.findall(r"(?<![\w/])\w+(?:/|\.py)(?=[\s,])", layout)
    assert [name for name in listed if not exists(name) and not exists(f"gui/{name}")] == []
    folders = {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    modules = {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    assert folders | modules <= set(listed)
