"""Finds the templates of errors and other Sentences in the code, and what is wrong with how they are written.

They are translated in the context "Errors". So that they can be found, they are literal texts: what varies is filled in
through arguments, `DatasetError("{path} is empty.", path=path)`, and never by an f-string.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONTEXT = "Errors"

_CLASSES = frozenset(
    {
        *("AnnotatorError", "ImageError", "DatasetError", "SaveError", "WeightsError", "PromptError"),
        *("SegmenterError", "ClauseError", "Sentence"),
    }
)


@dataclass(frozen=True)
class Finding:
    """A template, or where there is none or a wrong one, the problem, a sentence."""

    template: str = ""
    problem: str = ""


def findings(path: Path) -> Iterator[Finding]:
    """Of one module, in the order of its lines."""
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))) if isinstance(node, ast.Call))
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in _CLASSES:
            continue
        first, where = node.args[0], f"{path}:{node.lineno}: {name}"
        if isinstance(first, ast.JoinedStr | ast.BinOp):
            yield Finding(problem=f'{where} needs a literal text with arguments: {name}("{{path}} ...", path=path)')
        elif isinstance(first, ast.Constant):
            yield Finding(first.value, _wrong_arguments(first.value, {word.arg or "" for word in node.keywords}, where))
        # Anything else passes on a text that was made elsewhere.


def fields_of(template: str) -> list[tuple[str, str, str]]:
    """Name, format and conversion of each field, sorted: a translation has the same, in any order."""
    return sorted(
        (name, spec or "", conversion or "")
        for _, name, spec, conversion in string.Formatter().parse(template)
        if name is not None
    )


def _wrong_arguments(template: str, arguments: set[str], where: str) -> str:
    wanted = {name for name, _, _ in fields_of(template)} if arguments else set()
    if wanted == arguments:
        return ""
    return f"{where}: the fields {sorted(wanted)} of {template!r} are not its arguments {sorted(arguments)}"
