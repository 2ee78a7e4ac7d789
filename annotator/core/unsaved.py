"""The datasets whose work is in a journal and in no file, because the program ended too early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from annotator.core.dataset import COCO_NAME
from annotator.core.journal_file import (
    ASIDE,
    DAMAGE,
    DISMISSED,
    Base,
    JournalFile,
    digest_of_file,
    journal_path,
    move_aside,
)
from annotator.core.step_count import count_changes
from annotator.errors import SaveError, Sentence

_SUFFIX = ".journal"


@dataclass(frozen=True)
class UnsavedWork:
    """Of one dataset.

    coco_path: its file, which may not exist yet. edits: how many changes; newest_at: the last. is_aside: it did not
    fit the file any more, so that it does not come back when that is opened. begun_on: on how many images something is
    drawn that is no change yet; where there is nothing else, newest_at is about when that was.
    """

    journal: Path
    coco_path: Path
    edits: int
    newest_at: datetime
    is_aside: bool = False
    begun_on: int = 0

    @property
    def to_open(self) -> Path:
        """What brings it back when it is opened: the folder, unless that would not say which file it is."""
        return self.coco_path.parent if self.coco_path.name == COCO_NAME else self.coco_path

    def problem(self) -> str:
        """Why it cannot come back, a sentence for the user, or ""; looks at the disk."""
        if not self.coco_path.parent.is_dir():
            return Sentence(
                "{folder} is not there any more, or out of reach: bring it back, and its unsaved work ({journal}) can "
                "be opened.",
                folder=self.coco_path.parent,
                journal=self.journal,
            )
        if self.coco_path.name != COCO_NAME and not self.coco_path.is_file():
            return Sentence(
                "{path} is not there any more: bring it back, for example from the folder of backups beside it, and "
                "its unsaved work ({journal}) can be opened.",
                path=self.coco_path,
                journal=self.journal,
            )
        return ""

    def dismiss(self) -> None:
        """Let it not be found any more; it is not deleted. Raises OSError."""
        move_aside(self.journal, DISMISSED)


def unsaved_work(folder: Path) -> list[UnsavedWork]:
    """What the journals in `folder` hold, the newest first.

    Not of datasets that are open in some window; nor of journals that cannot be read, which is told by whoever opens
    their dataset.
    """
    found = []
    for path in folder.glob(f"*{_SUFFIX}") if folder.is_dir() else ():
        if f".{DISMISSED}-" in path.name:
            continue
        try:
            work = _work_in(path)
        except (*DAMAGE, OSError, SaveError):
            continue
        if work is not None:
            found.append(work)
    return sorted(found, key=lambda work: work.newest_at, reverse=True)


def refuse_unsaved(folder: Path, coco_path: Path) -> None:
    """Raise SaveError when a journal in `folder` holds work on that COCO file: a command would get in its way."""
    path = journal_path(folder, coco_path)
    if not path.exists():
        return
    try:
        work = _work_in(path)
    except (*DAMAGE, OSError):
        return  # a window has it, which the lock has told, or it is damaged, which a window tells
    if work is not None and work.edits:  # what is only begun fits the file after the command as well
        raise SaveError(
            "{path} has unsaved work in the window's journal (changes: {count}, the last on {when}): open {to_open} in "
            "the window, save that work or discard it, and run this again.",
            path=coco_path,
            count=work.edits,
            when=work.newest_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            to_open=work.to_open,
        )


def _work_in(path: Path) -> UnsavedWork | None:
    wal = path.with_name(path.name + "-wal")  # the newest is there until a program has opened it again
    touched_at = max(path.stat().st_mtime, wal.stat().st_mtime if wal.exists() else 0.0)
    file = JournalFile(path, Path(), patience=0.0)  # who has it for longer than a moment has it open
    try:
        base = file.base()
        count, newest_at = count_changes(file.steps(_saved_sequence(base))), file.newest_at()
        begun_on = len({image for image, _ in file.unfinished()})
    finally:
        file.close()
    is_aside = f".{ASIDE}-" in path.name
    if is_aside:
        begun_on = 0  # that fits as long as its image does
    if not count and not begun_on:
        return None
    made_at = datetime.fromtimestamp(newest_at if count else touched_at, timezone.utc)
    return UnsavedWork(path, Path(base.dataset), count, made_at, is_aside, begun_on)


def _saved_sequence(base: Base) -> int:
    """The last step in the file: a process that replaced it may have died before it said so."""
    if base.saving_sequence is not None and digest_of_file(Path(base.dataset)) == base.saving_digest:
        return base.saving_sequence
    return 0
