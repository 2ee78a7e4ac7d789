"""Brings resources/translations up to date with the texts in annotator/gui and the errors' templates; compiles them.

.venv/bin/python tools/update_translations.py [--check]

New texts appear in the .ts files as unfinished: translate them there (in an editor or in Qt Linguist) and run this
again. The compiled .qm files are committed, so that the program needs no Qt tools. With --check nothing is written; the
exit code is 1 when something is untranslated or out of date.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

import PySide6

PROJECT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))

from tools.sentences import CONTEXT, fields_of, findings  # noqa: E402

SOURCES = PROJECT / "annotator" / "gui"
TELLING = [PROJECT / "annotator" / name for name in ("errors.py", "core", "segment", "model", "gui")]
"""Where the Sentences are that the window shows; the command line speaks English."""

FOLDER = PROJECT / "resources" / "translations"
# English has only what it says differently: the forms of its plurals.
LANGUAGES = {"en": ["-pluralonly"], "zh_CN": []}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say what is missing")
    problems = problems_of(FOLDER) if parser.parse_args().check else update(FOLDER)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def update(folder: Path) -> list[str]:
    """Take over new and changed texts, compile, and return what is still untranslated."""
    folder.mkdir(exist_ok=True)
    sources = sorted(str(path.relative_to(PROJECT)) for path in SOURCES.rglob("*.py"))
    templates, unfinished = templates_of(TELLING)
    with tempfile.TemporaryDirectory() as name:
        listed = Path(name) / "errors.py"
        listed.write_text("".join(f"translate({CONTEXT!r}, {_quoted(text)})\n" for text in templates), "utf-8")
        return unfinished + _update_from([*sources, str(listed)], folder)


def templates_of(places: Iterable[Path]) -> tuple[list[str], list[str]]:
    """The templates of errors and Sentences in these modules and packages, and what is wrong with some."""
    modules = [module for place in places for module in ([place] if place.is_file() else sorted(place.rglob("*.py")))]
    found = [finding for module in modules for finding in findings(module)]
    templates = dict.fromkeys(finding.template for finding in found if finding.template)
    return list(templates), [finding.problem for finding in found if finding.problem]


def _quoted(text: str) -> str:
    """The text in double quotes, as lupdate wants it."""
    return json.dumps(text, ensure_ascii=False)


def _update_from(sources: list[str], folder: Path) -> list[str]:
    unfinished = []
    for language, options in LANGUAGES.items():
        ts = folder / f"annotator_{language}.ts"
        # Line numbers would change the file with every change of the code.
        common = ["-no-obsolete", "-locations", "none", "-source-language", "en", "-target-language", language]
        run("lupdate", *common, *options, *sources, "-ts", str(ts))
        # A window that is open has the file mapped into its memory, and would die of it being written in place.
        qm, beside = ts.with_suffix(".qm"), ts.with_suffix(".qm.new")
        run("lrelease", "-removeidentical", str(ts), "-qm", str(beside))
        os.replace(beside, qm)
        unfinished += unfinished_of(ts)
    return unfinished


def problems_of(folder: Path) -> list[str]:
    """What `update` would change or complain of."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        for ts in folder.glob("*.ts"):
            shutil.copy(ts, fresh)
        problems = update(fresh)
        for path in sorted(fresh.iterdir()):
            committed = folder / path.name
            if not committed.exists() or committed.read_bytes() != path.read_bytes():
                problems.append(f"{path.name} is out of date: run tools/update_translations.py")
    return problems


def unfinished_of(ts: Path) -> list[str]:
    """A line for each text of the file that has no translation."""
    lines = []
    for context in ET.parse(ts).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is None:
                raise ValueError(f"{ts} has a message without a translation element")
            forms = [translation.text, *(form.text for form in translation.iter("numerusform"))]
            numerus = message.get("numerus") == "yes"
            is_empty = not all(forms[1:]) or len(forms) == 1 if numerus else not forms[0]
            source = message.findtext("source") or ""
            if context.findtext("name") == CONTEXT and not is_empty and fields_of(forms[0]) != fields_of(source):
                lines.append(f"{ts.name}: {CONTEXT}: {source!r} is translated with other fields in braces")
            if translation.get("type") == "unfinished" or is_empty:
                lines.append(f"{ts.name}: {context.findtext('name')}: {message.findtext('source')!r} is not translated")
    return lines


def run(tool: str, *arguments: str) -> None:
    """Run one of the Qt tools that come with PySide6."""
    program = Path(PySide6.__file__).parent / (f"{tool}.exe" if os.name == "nt" else tool)
    process = subprocess.run(
        [program, "-silent", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120
    )
    if process.returncode or process.stderr:
        raise SystemExit(f"{tool} failed: {process.stdout}{process.stderr}")


if __name__ == "__main__":
    sys.exit(main())
