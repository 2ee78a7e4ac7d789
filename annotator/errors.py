"""Errors a user can cause or meet; every message names the file and the remedy.

    AnnotatorError
    |-- ImageError       an image cannot be read
    |-- DatasetError     a folder or an annotation file cannot be opened
    |-- SaveError        an annotation file cannot be written; the old one is intact
    |-- WeightsError     a checkpoint cannot be read, or is not a TinySAM checkpoint
    |-- PromptError      a prompt makes no sense for its image
    `-- SegmenterError   the segmenter's process failed; a new one can be started

Programming errors are not here: they stay ValueError, TypeError and the like, and stay loud.
"""


class AnnotatorError(Exception):
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
