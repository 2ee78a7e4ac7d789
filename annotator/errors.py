"""Errors a user can cause or meet; every message names the file and the remedy.

    AnnotatorError
    |-- ImageError       an image cannot be read
    |-- DatasetError     a folder or an annotation file cannot be opened
    |-- SaveError        an annotation file cannot be written; the old one is intact
    |-- WeightsError     a checkpoint cannot be read, or is not a TinySAM checkpoint
    |-- PromptError      a prompt makes no sense for its image
    `-- SegmenterError   the segmenter's process failed; a new one can be started

    ClauseError (a ValueError)   what is wrong with one record, said by whoever does not know the file

Programming errors are not here: they stay ValueError, TypeError and the like, and stay loud.

The messages are English wherever they are printed. They remember what they were made of, so that the window can say
them in its language: as Sentences, whose literal templates `tools/update_translations.py` collects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Sentence(str):
    """An English text for people that knows its template and what was filled in.

    template: with fields in braces, as for str.format; without arguments it is the text itself. arguments: by the names
    of the fields; one of them may be a Sentence again.
    """

    template: str
    arguments: Mapping[str, object]

    def __new__(cls, template: str, /, **arguments: object) -> Sentence:
        sentence = super().__new__(cls, template.format(**arguments) if arguments else template)
        sentence.template = template
        sentence.arguments = arguments
        return sentence

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:  # for pickle and copy
        return (self.template,), dict(self.arguments)


class _Told(Exception):
    """An exception made of a template and what is to be filled in, or of a Sentence that exists already."""

    def __init__(self, text: str, /, **arguments: object) -> None:
        super().__init__(text if isinstance(text, Sentence) else Sentence(text, **arguments))

    @property
    def sentence(self) -> Sentence:
        """What str() gives, with its template."""
        sentence: Sentence = self.args[0]
        return sentence


class AnnotatorError(_Told):
    """Root of the errors whose message is a sentence meant for the user."""


class ImageError(AnnotatorError):
    """An image file is missing, damaged, too large or not an image."""


class DatasetError(AnnotatorError):
    """A folder or an annotation file cannot be opened as a dataset."""


class SaveError(AnnotatorError):
    """Writing failed; whatever was on disk before is still there."""


class WeightsError(AnnotatorError):
    """A checkpoint is unreadable, unsafe, or does not fit the network."""


class PromptError(AnnotatorError):
    """A prompt is empty, outside its image, or has an empty box."""


class SegmenterError(AnnotatorError):
    """The segmenter's process ended or answered with a failure."""


class ClauseError(_Told, ValueError):
    """What is wrong with one record of a file, as a clause; whoever knows the file makes a sentence of it."""


SYSTEM_REASONS = (
    Sentence("Permission denied"),
    Sentence("Operation not permitted"),
    Sentence("No such file or directory"),
    Sentence("No space left on device"),
    Sentence("Disk quota exceeded"),
    Sentence("Read-only file system"),
    Sentence("Input/output error"),
    Sentence("File name too long"),
    Sentence("Is a directory"),
    Sentence("Not a directory"),
    Sentence("File exists"),
    Sentence("Too many open files"),
    Sentence("Too many levels of symbolic links"),
    Sentence("Cannot allocate memory"),
    Sentence("Stale file handle"),
)
"""What the operating system says most often; the window can translate these."""


def reason_of(error: BaseException) -> str:
    """What another exception says, for the middle of a sentence: a Sentence where there is one."""
    if isinstance(error, _Told):
        return error.sentence
    text: Any = error.strerror if isinstance(error, OSError) and error.strerror else error
    return Sentence(str(text))
