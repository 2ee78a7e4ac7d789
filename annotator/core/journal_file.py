"""The journal on disk: one SQLite file for each dataset.

    base        what the entries start from: the dataset's path, the digest of the COCO file ("" for none), the places
                of records that were removed from it; and, while a save is under way, the same of what is being written
    image       id, path and size of every image, because images that no COCO file lists yet get new ids at each opening
    category    every category that the COCO file has had, by its id, as it was last: what the entries call by id alone
    unfinished  what is begun and no edit yet, by the path of its image and its kind: only the newest of each
    entry       the edits since then, in order: applied (1) or reverted (0), and when (seconds since 1970)

A path is a TEXT, or a BLOB where it is none: names in folders may be any bytes.
A file is used by one process at a time; its methods may be called by one thread after another.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from annotator.core.document import Category, Document, ImageRecord
from annotator.core.edit_codec import decode, encode
from annotator.core.edits import AddCategory
from annotator.errors import SaveError, reason_of

_FORMAT = 1  # written as SQLite's user_version
_SCHEMA = """
CREATE TABLE base (
    dataset TEXT NOT NULL, digest TEXT NOT NULL, gaps TEXT NOT NULL,
    saving_digest TEXT, saving_gaps TEXT, saving_sequence INTEGER
);
CREATE TABLE image (id INTEGER PRIMARY KEY, path TEXT NOT NULL, height INTEGER NOT NULL, width INTEGER NOT NULL);
CREATE TABLE entry (sequence INTEGER PRIMARY KEY, applied INTEGER NOT NULL, edit BLOB NOT NULL, made_at REAL NOT NULL);
"""
# Not in the schema: older programs have journals without it, and take one with it for theirs.
_ADDED_LATER = """
CREATE TABLE IF NOT EXISTS unfinished (
    image TEXT NOT NULL, kind TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (image, kind)
);
CREATE TABLE IF NOT EXISTS category (id INTEGER PRIMARY KEY, content BLOB NOT NULL)
"""

PATIENCE = 10.0
"""How many seconds to wait for a journal that somebody else looks into."""
DAMAGE = (sqlite3.Error, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What comes of reading a journal in which something else stands than was written."""
ASIDE, DISMISSED = "aside", "dismissed"


@dataclass(frozen=True)
class Entry:
    """One step. sequence: ascending. applied: False when the edit was reverted. edit: from edit_codec.

    made_at: seconds since 1970.
    """

    sequence: int
    applied: bool
    edit: bytes
    made_at: float


@dataclass(frozen=True)
class Base:
    """What the entries start from: see the module. gaps: of Document.gaps, as JSON.

    saving_*: None when no save was under way; saving_sequence: the last entry that is in what is being written.
    """

    dataset: str
    digest: str
    gaps: str
    saving_digest: str | None
    saving_gaps: str | None
    saving_sequence: int | None


@dataclass(frozen=True)
class SavedState:
    """A state of the document that goes into the COCO file.

    sequence: the last entry in it. digest: of the file's content. gaps: its Document.gaps, as JSON.
    categories: those in it.
    """

    sequence: int
    digest: str
    gaps: str
    categories: tuple[Category, ...] = ()

    @classmethod
    def of(cls, document: Document, data: bytes, *, sequence: int) -> SavedState:
        """data: what coco.to_bytes made of the document, which nobody changes any more (a snapshot)."""
        categories = tuple(document.categories.values())
        return cls(sequence, digest_of(data), json.dumps(document.gaps()), categories)


def digest_of(data: bytes) -> str:
    """What tells one content of a COCO file from another."""
    return hashlib.sha256(data).hexdigest()


def digest_of_file(path: Path) -> str:
    """The digest of a file's content, "" when there is none. Raises SaveError when it cannot be read."""
    try:
        with open(path, "rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
            return digest.hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SaveError(
            "{path} cannot be read ({reason}): check its permissions.", path=path, reason=reason_of(error)
        ) from error


def journal_path(folder: Path, coco_path: Path) -> Path:
    """Where in `folder` the journal of a dataset is: by the path of its COCO file, links resolved."""
    real = os.path.normcase(os.path.realpath(coco_path))
    return folder / f"{hashlib.sha256(os.fsencode(real)).hexdigest()[:24]}.journal"


class JournalFile:
    """An open journal. Raises sqlite3.Error wherever the disk refuses, and OSError when it is opened."""

    def __init__(self, path: Path, dataset: Path, *, patience: float | None = None) -> None:
        """Open or make it.

        Another process that has it open, and still has after `patience` seconds (PATIENCE without), makes this fail
        with sqlite3.OperationalError. Every window's first page looks into all journals, each for a moment.
        """
        self.path = path
        self._dataset = dataset
        self._categories: dict[int, Category] = {}  # as they are in the file, as far as they were written from here
        path.parent.mkdir(parents=True, exist_ok=True)
        # The writer thread takes over what the opening thread has begun.
        self._database = sqlite3.connect(
            path, timeout=PATIENCE if patience is None else patience, isolation_level=None, check_same_thread=False
        )
        try:
            # Exclusive: no shared memory beside the file, and the first statement already shows who else is there.
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            # FULL: a commit survives a power cut, which is what "saved" promises.
            self._database.execute("PRAGMA synchronous = FULL")
            with self._transaction():
                (version,) = self._database.execute("PRAGMA user_version").fetchone()
                if version == 0:
                    for statement in _SCHEMA.split(";"):
                        self._database.execute(statement)
                    self._database.execute(
                        "INSERT INTO base VALUES (?, '', '{}', NULL, NULL, NULL)", (_stored(dataset),)
                    )
                    self._database.execute(f"PRAGMA user_version = {_FORMAT}")
                elif version != _FORMAT:
                    raise sqlite3.DatabaseError(f"it is of version {version}")
                for statement in _ADDED_LATER.split(";"):
                    self._database.execute(statement)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self._database.close()

    def base(self) -> Base:
        """What the entries start from."""
        row = self._database.execute("SELECT * FROM base").fetchone()
        if row is None:
            raise sqlite3.DatabaseError("it does not say what it starts from")
        dataset, *rest = row
        return Base(_path(dataset), *rest)

    def images(self) -> list[ImageRecord]:
        """The images the entries may mean: ids, paths and sizes. Raises ValueError when they are none."""
        rows = self._database.execute("SELECT id, path, height, width FROM image").fetchall()
        if not all(
            isinstance(path, str | bytes) and isinstance(size, int) for _, path, *sizes in rows for size in sizes
        ):
            raise ValueError("an image in it has no path or no size")
        return [ImageRecord(number, _path(path), height, width) for number, path, height, width in rows]

    def entries(self, after: int = 0) -> list[Entry]:
        """The entries behind that one, in order."""
        rows = self._database.execute("SELECT * FROM entry WHERE sequence > ? ORDER BY sequence", (after,))
        return [Entry(sequence, bool(applied), edit, made_at) for sequence, applied, edit, made_at in rows]

    def categories(self) -> dict[int, Category]:
        """The categories that the COCO file has had, by id. Raises ValueError when one cannot be read."""
        edits = map(decode, (content for (content,) in self._database.execute("SELECT content FROM category")))
        return {edit.category.id: edit.category for edit in edits if isinstance(edit, AddCategory)}

    def unfinished(self) -> dict[tuple[str, str], bytes]:
        """What is begun, by the path of its image and its kind."""
        rows = self._database.execute("SELECT image, kind, content FROM unfinished ORDER BY rowid")
        return {(_path(image), kind): content for image, kind, content in rows}

    def set_unfinished(self, image: str, kind: str, content: bytes | None) -> None:
        """That is begun on the image of that path; None: nothing of that kind is, any more."""
        with self._transaction():
            if content is None:
                self._database.execute("DELETE FROM unfinished WHERE image = ? AND kind = ?", (_stored(image), kind))
            else:
                row = (_stored(image), kind, content)
                self._database.execute("INSERT OR REPLACE INTO unfinished VALUES (?, ?, ?)", row)

    def last_sequence(self) -> int:
        """The number of the newest entry, 0 without any."""
        (last,) = self._database.execute("SELECT MAX(sequence) FROM entry").fetchone()
        return last or 0

    def steps(self, after: int = 0) -> Iterator[tuple[bool, int]]:
        """The entries behind that one, in order: whether they were applied, and what tells their edits apart."""
        rows = self._database.execute("SELECT applied, edit FROM entry WHERE sequence > ? ORDER BY sequence", (after,))
        return ((bool(applied), hash(edit)) for applied, edit in rows)

    def newest_at(self) -> float:
        """When the last entry was made; 0.0 without any."""
        (made_at,) = self._database.execute("SELECT MAX(made_at) FROM entry").fetchone()
        return made_at or 0.0

    def start(self, state: SavedState, images: Iterable[ImageRecord]) -> None:
        """Make that state what the entries start from, and drop those it has; set the images."""
        with self._transaction():
            self._set_base(state)
            self._put_categories(state)
            self._database.execute("UPDATE base SET dataset = ?", (_stored(self._dataset),))
            self._database.execute("DELETE FROM image")
            self._database.executemany(
                "INSERT INTO image VALUES (?, ?, ?, ?)", ((i.id, _stored(i.path), i.height, i.width) for i in images)
            )

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries in one transaction."""
        with self._transaction():
            rows = ((entry.sequence, int(entry.applied), entry.edit, entry.made_at) for entry in entries)
            self._database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", rows)

    def save_begins(self, state: SavedState) -> None:
        """The COCO file is about to become that state."""
        with self._transaction():
            self._put_categories(state)
            self._database.execute(
                "UPDATE base SET saving_digest = ?, saving_gaps = ?, saving_sequence = ?",
                (state.digest, state.gaps, state.sequence),
            )

    def save_ended(self, state: SavedState) -> None:
        """The COCO file has become that state: the entries in it are not needed any more."""
        with self._transaction():
            self._set_base(state)
            self._put_categories(state)

    def clear_entries(self) -> None:
        """Forget all entries."""
        with self._transaction():
            self._database.execute("DELETE FROM entry")

    def clear(self) -> None:
        """Forget all entries and what is unfinished."""
        with self._transaction():
            self._database.execute("DELETE FROM entry")
            self._database.execute("DELETE FROM unfinished")

    def _put_categories(self, state: SavedState) -> None:
        """Older ones stay, as ids are never given twice."""
        new = [category for category in state.categories if self._categories.get(category.id) != category]
        if not new:
            return
        rows = ((category.id, encode(AddCategory(category))) for category in new)
        self._database.executemany("INSERT OR REPLACE INTO category VALUES (?, ?)", rows)
        self._categories.update((category.id, category) for category in new)

    def _set_base(self, state: SavedState) -> None:
        self._database.execute("DELETE FROM entry WHERE sequence <= ?", (state.sequence,))
        self._database.execute(
            "UPDATE base SET digest = ?, gaps = ?, saving_digest = NULL, saving_gaps = NULL, saving_sequence = NULL",
            (state.digest, state.gaps),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._end_failed()
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            self._categories.clear()  # whatever was to be written of them was not
            with suppress(sqlite3.Error):  # the disk that has just refused; the next transaction tries it again
                self._end_failed()
            raise

    def _end_failed(self) -> None:
        """A full disk ends some transactions by itself, and leaves others open, which no other could follow."""
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")


def _stored(path: str | Path) -> str | bytes:
    """A path as the database can hold it."""
    text = str(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _path(stored: str | bytes) -> str:
    """What _stored was given."""
    return stored.decode("utf-8", "surrogatepass") if isinstance(stored, bytes) else stored


def move_aside(path: Path, word: str = ASIDE) -> Path | None:
    """Give a journal that is closed a name that no dataset has, with that word in it; None when there is none.

    What is set aside is listed still, for somebody to decide about it; what is DISMISSED is not.
    """
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{path.stem}.{word}-{number}{path.suffix}")).exists():
        number += 1
    for suffix in ("-wal", ""):  # what SQLite keeps beside it belongs to it
        source = path.with_name(path.name + suffix)
        if source.exists():
            os.replace(source, aside.with_name(aside.name + suffix))
    return aside


def remove(path: Path) -> None:
    """Delete a journal that is closed, with what SQLite keeps beside it, if it is there."""
    for suffix in ("", "-wal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
