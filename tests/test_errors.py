"""Errors remember what their English sentence is made of, also on their way out of another process."""

from __future__ import annotations

import copy
import pickle

import pytest

from annotator.errors import AnnotatorError, ClauseError, DatasetError, ImageError, Sentence, reason_of
from tools.sentences import Finding, fields_of, findings


def test_the_message_is_the_english_sentence():
    error = DatasetError("{path} holds {count} of them.", path="a/{b}.json", count=3)
    assert str(error) == "a/{b}.json holds 3 of them."
    assert error.sentence.template == "{path} holds {count} of them."
    assert error.sentence.arguments == {"path": "a/{b}.json", "count": 3}


def test_a_text_without_arguments_is_taken_literally():
    assert str(AnnotatorError("a {brace} stays")) == "a {brace} stays"


def test_a_sentence_in_a_sentence_is_said_in_the_middle_and_kept():
    error = DatasetError("In {path}, {reason}.", path="x", reason=reason_of(ClauseError("it has no {key}", key="id")))
    assert str(error) == "In x, it has no id."
    inner = error.sentence.arguments["reason"]
    assert isinstance(inner, Sentence)
    assert inner.template == "it has no {key}"


@pytest.mark.parametrize("again", [lambda e: pickle.loads(pickle.dumps(e)), copy.deepcopy], ids=["pickle", "copy"])
def test_nothing_is_lost_between_processes(again):
    inner = Sentence("no {what}", what="room")
    error = again(ImageError("{path}: {reason}", path="a.png", reason=inner))
    assert type(error) is ImageError
    assert str(error) == "a.png: no room"
    assert error.sentence.template == "{path}: {reason}"
    assert error.sentence.arguments["reason"].template == "no {what}"


def test_a_clause_is_a_value_error():
    with pytest.raises(ValueError, match="it is 3"):
        raise ClauseError("it is {value}", value=3)


def test_the_reason_of_a_failed_system_call_is_what_the_system_says():
    assert reason_of(PermissionError(13, "Permission denied", "secret.png")) == "Permission denied"
    assert reason_of(OSError("odd")) == "odd"
    assert reason_of(KeyError("k")) == "'k'"


def found_in(tmp_path, code):
    module = tmp_path / "module.py"
    module.write_text(code, "utf-8")
    return list(findings(module))


def test_templates_are_found_in_the_code(tmp_path):
    code = 'raise DatasetError("{path} is " "empty.", path=p)\nnote = Sentence("Plain.")\nraise SaveError(lock.refusal)'
    expected = [Finding("{path} is empty."), Finding("Plain.")]
    assert found_in(tmp_path, code) == expected


@pytest.mark.parametrize(
    "code",
    [
        'raise DatasetError(f"{path} is empty.")',
        'raise DatasetError("a" + path)',
        'raise DatasetError("{path} is empty.", paht=path)',
        'raise DatasetError("{path} is empty.", path=path, count=2)',
        'raise DatasetError("empty.", path=path)',
    ],
)
def test_what_could_not_be_translated_is_found(tmp_path, code):
    (finding,) = found_in(tmp_path, code)
    assert "module.py:1: DatasetError" in finding.problem


def test_fields_are_compared_whatever_their_order():
    assert fields_of("{a!r} of {b:g}") == fields_of("{b:g}: {a!r}")
    assert fields_of("{a!r} of {b:g}") != fields_of("{a} of {b:g}")
