"""Running the command line inside the test's process."""

from __future__ import annotations

import pytest

from annotator import cli


def run(*words: object) -> int:
    return cli.main([str(word) for word in words])


def the_complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on stderr; stdout is empty."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("annotator: ")
    assert err.count("\n") == 1
    return err


def refuse(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The complaint about wrong usage."""
    with pytest.raises(SystemExit) as exit_info:
        run(*words)
    assert exit_info.value.code == 2
    return the_complaint(capsys)
