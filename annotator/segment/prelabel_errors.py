"""What is said when the results of an unfinished pre-labelling run cannot be gone on with, or kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annotator.errors import DatasetError, SaveError, Sentence, reason_of
from annotator.segment.prelabel_differences import differences, differs_in_weights

VERSION = 1
"""Of the file of results."""


def other_request(path: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> DatasetError:
    """When a run was asked, as its header `before` says, something else than the one that is to go on with it."""
    if differs_in_weights(before, now):
        remedy = Sentence("give the options of then, with the checkpoint of then as --weights")
    else:
        remedy = Sentence("leave these options out to go on with it as it was begun")
    return DatasetError(
        "The run whose results are in {path} was begun with other options: {different}. Either {remedy}, or remove "
        "that file to start anew.",
        path=path,
        different=differences(before, now),
        remedy=remedy,
    )


def require_version(header: Mapping[str, Any]) -> None:
    """Raise ValueError or KeyError when this version of the program cannot go on with what another has written."""
    if header["version"] != VERSION:
        raise ValueError(f"it is of version {header['version']}")


def damaged(path: Path, error: Exception) -> DatasetError:
    """When the file cannot be understood, see `require_version`."""
    reason = Sentence("{key} is missing", key=str(error)) if isinstance(error, KeyError) else reason_of(error)
    return DatasetError("{path} is damaged ({reason}): remove it to start the run anew.", path=path, reason=reason)


def unwritable(path: Path, error: OSError) -> SaveError:
    """When the system refuses it."""
    return SaveError(
        "{path} cannot be written ({reason}): free some space or check the folder's permissions, then begin the run "
        "again (on the command line with --resume): it goes on with what is done.",
        path=path,
        reason=reason_of(error),
    )


def left_over(path: Path, error: OSError) -> Sentence:
    """When the results of a run that has ended cannot be removed."""
    return Sentence(
        "{path} is no longer needed, because the run has ended, but cannot be removed ({reason}): remove it when "
        "that is possible.",
        path=path,
        reason=reason_of(error),
    )
