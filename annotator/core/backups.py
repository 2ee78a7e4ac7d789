"""The last versions of a COCO file, kept in a folder beside it; beside the file itself where the path is a link."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from annotator import files
from annotator.core.atomic import remedy
from annotator.errors import SaveError, reason_of

FOLDER_NAME = ".annotator-backups"
KEPT = 5

_STAMP = r"\d{8}-\d{6}-\d{6}"


@dataclass(frozen=True)
class Backup:
    """A former version of the file.

    saved_at: when that version was written, UTC; where a clock was put back since, in the order in which they were.
    """

    path: Path
    saved_at: datetime


def keep_backup(path: Path, *, spared: Path | None = None) -> Path | None:
    """Keep the version of `path` that is there now, before another takes its place; the oldest beyond KEPT goes.

    spared: a backup that stays in any case. Returns where it is kept, which is the newest backup when that is the same;
    None when there is no file. Raises SaveError.
    """
    path = Path(os.path.realpath(path))
    folder = path.parent / FOLDER_NAME
    try:
        if not path.is_file():
            return None
        newest = backups(path)[:1]
        if newest and filecmp.cmp(path, newest[0].path, shallow=False):
            return newest[0].path
        folder.mkdir(exist_ok=True)
        saved_at = _saved_at(path)
        if newest and saved_at <= newest[0].saved_at:
            saved_at = newest[0].saved_at + timedelta(microseconds=1)  # or it would go as the oldest
        kept = folder / f"{path.stem}.{saved_at:%Y%m%d-%H%M%S-%f}{path.suffix}"
        partial = kept.with_name(f".{kept.name}.tmp")
        try:
            shutil.copyfile(path, partial)
            files.flush_file(partial)
            shutil.copystat(path, partial)
            os.replace(partial, kept)
        except BaseException:
            with suppress(OSError):
                partial.unlink(missing_ok=True)  # on a full disk it takes the room for the next attempt
            raise
        files.flush_folder(folder)
        for old in backups(path)[KEPT:]:
            if old.path == spared:
                continue
            with suppress(OSError):  # one version more than promised is no reason not to save
                old.path.unlink()
    except OSError as error:
        raise SaveError(
            "{path} was not saved, because its last version could not be kept in {folder} ({reason}): {remedy}. "
            "What was on disk before is unchanged.",
            path=path,
            folder=folder,
            reason=reason_of(error),
            remedy=remedy(error),
        ) from error
    return kept


def backups(path: Path) -> list[Backup]:
    """The versions of `path` that are kept, newest first."""
    path = Path(os.path.realpath(path))
    pattern = re.compile(re.escape(f"{path.stem}.") + f"({_STAMP})" + re.escape(path.suffix))
    folder = path.parent / FOLDER_NAME
    matches = [pattern.fullmatch(name) for name in os.listdir(folder)] if folder.is_dir() else []
    found = [
        Backup(folder / match[0], datetime.strptime(match[1], "%Y%m%d-%H%M%S-%f").replace(tzinfo=timezone.utc))
        for match in matches
        if match is not None
    ]
    return sorted(found, key=lambda backup: backup.saved_at, reverse=True)


def _saved_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    except (ValueError, OverflowError):
        return datetime.now(timezone.utc)  # a disk may hold times that no calendar has
