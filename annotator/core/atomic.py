"""Saving: a file is replaced whole or not at all, and what went wrong is a sentence."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from annotator import files
from annotator.core.file_version import FileVersion
from annotator.errors import SaveError, Sentence, reason_of

_REMEDIES = {
    errno.ENOSPC: Sentence("free some space, or save to another place"),
    errno.EDQUOT: Sentence("free some space, or save to another place"),
    errno.EACCES: Sentence("check the permissions of the file and its folder, or save to another place"),
    errno.EPERM: Sentence("check the permissions of the file and its folder, or save to another place"),
    errno.EROFS: Sentence("the disk is read-only, so save to another place"),
    errno.ENOENT: Sentence("its folder is gone, so bring it back or save to another place"),
}


def remedy(error: OSError) -> Sentence:
    """What the user can do when the disk has refused that, as the end of a sentence."""
    return _REMEDIES.get(error.errno or 0, Sentence("try again, or save to another place"))


def replace_file(path: Path, data: bytes, *, before_move: Callable[[], None] | None = None) -> FileVersion:
    """Make `data` the content of `path`, as files.replace_file does; returns the version that was moved there.

    Raises SaveError, with the old file as it was and nothing left beside it.
    """
    try:
        return FileVersion.from_status(files.replace_file(path, data, before_move=before_move))
    except OSError as error:
        raise SaveError(
            "{path} could not be saved ({reason}): {remedy}. What was on disk before is unchanged.",
            path=path,
            reason=reason_of(error),
            remedy=remedy(error),
        ) from error
