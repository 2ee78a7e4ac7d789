"""Backups: the last five versions, and nothing else is ever touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from annotator.core.backups import FOLDER_NAME, KEPT, backups, keep_backup
from annotator.errors import SaveError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "annotations.coco.json"


def write(path: Path, number: int) -> None:
    """A version with a time of its own."""
    path.write_text(f"version {number}")
    os.utime(path, (1_700_000_000 + 60 * number, 1_700_000_000 + 60 * number))


def test_the_last_versions_are_kept_newest_first(path):
    for number in range(9):
        keep_backup(path)
        write(path, number)
    kept = backups(path)
    assert [backup.path.read_text() for backup in kept] == [f"version {n}" for n in (7, 6, 5, 4, 3)]
    assert len(kept) == KEPT
    assert kept[0].saved_at.timestamp() == 1_700_000_000 + 60 * 7


def test_the_same_version_is_kept_once(path):
    assert keep_backup(path) is None
    write(path, 1)
    kept = keep_backup(path)
    assert kept.read_text() == "version 1"
    assert keep_backup(path) == kept
    assert len(backups(path)) == 1
    assert path.read_text() == "version 1"


def test_other_files_in_the_folder_stay(path):
    folder = path.parent / FOLDER_NAME
    folder.mkdir()
    others = ["mine.txt", "other.coco.20200101-000000-000000.json", "annotations.coco.2020.json"]
    for name in others:
        (folder / name).write_text("mine")
    for number in range(8):
        write(path, number)
        keep_backup(path)
    assert {name for name in os.listdir(folder) if (folder / name).read_text() == "mine"} == set(others)
    assert len(os.listdir(folder)) == len(others) + KEPT


def test_a_backup_does_not_change_with_the_file(path):
    write(path, 1)
    kept = keep_backup(path)
    with open(path, "a") as file:
        file.write(" and more")
    assert kept.read_text() == "version 1"


def test_a_backup_that_cannot_be_made_is_an_error(path):
    write(path, 1)
    (path.parent / FOLDER_NAME).write_text("a file, not a folder")
    with pytest.raises(SaveError, match=r"was not saved.*save to another place"):
        keep_backup(path)


def test_a_spared_one_stays_beside_the_last(path):
    write(path, 0)
    first = keep_backup(path)
    for number in range(1, 9):
        write(path, number)
        keep_backup(path, spared=first)
    assert [backup.path.read_text() for backup in backups(path)] == [f"version {n}" for n in (8, 7, 6, 5, 4, 0)]


@pytest.mark.parametrize(
    "clock", [lambda n: 1_700_000_000 - 3600 * n, lambda n: 1_700_000_000, lambda n: 4e11 / (n + 1)]
)
def test_whatever_the_clock_does_the_last_versions_are_kept(path, clock):
    """Files come from computers whose clocks are wrong, and clocks are put right."""
    for number in range(9):
        path.write_text(f"version {number}")
        os.utime(path, (clock(number), clock(number)))
        keep_backup(path)
    assert [backup.path.read_text() for backup in backups(path)] == [f"version {n}" for n in (8, 7, 6, 5, 4)]


def test_through_a_link_they_lie_beside_the_file(path, tmp_path):
    folder = tmp_path / "links"
    folder.mkdir()
    link = folder / "link.json"
    link.symlink_to(path)
    write(path, 1)
    kept = keep_backup(link)
    assert kept.parent == path.parent / FOLDER_NAME
    assert backups(link) == backups(path)
    assert os.listdir(folder) == ["link.json"]
