"""Brings resources/translations up to date with the texts in annotator/gui, and compiles them.

.venv/bin/python tools/update_translations.py [--check]

New texts appear in the .ts files as unfinished: translate them there (in an editor or in Qt Linguist) and run this
again. The compiled .qm files are committed, so that the program needs no Qt tools. With --check nothing is written; the
exit code is 1 when something is untranslated or out of date.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import PySide6

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = PROJECT / "annotator" / "gui"
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
    unfinished = []
    for language, options in LANGUAGES.items():
        ts = folder / f"annotator_{language}.ts"
        # Line numbers would change the file with every change of the code.
        common = ["-no-obsolete", "-locations", "none", "-source-language", "en", "-target-language", language]
        run("lupdate", *common, *options, *sources, "-ts", str(ts))
        run("lrelease", "-removeidentical", str(ts), "-qm", str(ts.with_suffix(".qm")))
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
