"""The journal: whatever ends the program, and whenever, the work that was said to be kept comes back."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from annotator.core import coco, journal_file
from annotator.core.atomic import replace_file
from annotator.core.dataset import COCO_NAME, open_dataset
from annotator.core.document import Category, Document, Instance
from annotator.core.edits import AddCategory, AddInstance, ChangeImage, ChangeInstance
from annotator.core.geometry import RunLengths
from annotator.core.journal import open_journal
from annotator.core.journal_file import JournalFile, SavedState, journal_path
from annotator.core.step_count import count_changes
from annotator.core.unsaved import unsaved_work
from annotator.errors import DatasetError
from tests.core.journal_session import Session
from tests.core.journal_work import Work


def test_what_was_not_saved_comes_back_exactly(folder):
    with Session(folder) as first:
        assert first.recovery.edits == 0
        first.do(60)
        made = first.bytes()
    assert first.committed[-1] == 60
    assert first.committed == sorted(first.committed)
    assert not first.coco_path.exists()
    with Session(folder) as second:
        assert second.recovery.edits == count_changes(first.steps)
        assert second.bytes() == made
        assert second.recovery.newest_at.timestamp() == pytest.approx(time.time(), abs=60)
        assert not second.recovery.file_changed
    with Session(folder) as third:  # looking changes nothing
        assert third.bytes() == made


def test_what_was_saved_is_not_offered_again(folder):
    with Session(folder) as first:
        first.do(30)
        first.save()
        saved = first.bytes()
    with Session(folder) as second:
        assert second.recovery.edits == 0
        assert second.bytes() == saved


def test_work_goes_on_after_a_save_and_after_a_recovery(folder):
    with Session(folder) as first:
        first.do(20)
        first.save()
        first.do(15)
    with Session(folder, seed=1) as second:
        assert second.recovery.edits == count_changes(first.steps[20:])
        second.do(10)
        made = second.bytes()
    with Session(folder) as third:
        assert third.recovery.edits == count_changes([*first.steps[20:], *second.steps])
        assert third.bytes() == made


@pytest.mark.parametrize("is_written", [False, True])
def test_dying_in_the_middle_of_a_save(folder, is_written):
    with Session(folder) as first:
        first.do(20)
        first.save()
        first.do(20)
        first.journal.save_begins(first.state())
        if is_written:
            replace_file(first.coco_path, first.bytes())
        first.do(5)
        made = first.bytes()
    with Session(folder) as second:
        assert second.recovery.edits == count_changes(first.steps[40 if is_written else 20 :])
        assert second.bytes() == made
        assert not second.recovery.file_changed


def test_a_save_that_failed_is_forgotten_by_the_next(folder):
    with Session(folder) as first:
        first.do(20)
        first.journal.save_begins(first.state())  # and nothing came of it
        first.do(7)
        first.save()
        first.do(3)
        made = first.bytes()
    with Session(folder) as second:
        assert second.recovery.edits == count_changes(first.steps[27:])
        assert second.bytes() == made


def without_next_ids(data: bytes) -> dict:
    """A COCO file without the ids that come next: one that was given stays taken."""
    content = json.loads(data)
    ours = content.pop("annotator", {})
    ours.pop("next_ids", None)
    if ours:
        content["annotator"] = ours
    return content


@pytest.mark.parametrize("seed", range(10))
def test_what_comes_back_from_before_a_save_comes_to_its_old_place(folder, seed):
    with Session(folder, seed) as first:
        for _ in range(5):
            first.do(10)
            first.save()
        saved = first.bytes()
        first.do(10)
        made = first.bytes()
    with Session(folder) as second:
        is_nothing = without_next_ids(made) == without_next_ids(saved)
        assert second.recovery.edits == (0 if is_nothing else count_changes(first.steps[50:]))
        assert second.bytes() == made


@pytest.mark.parametrize("seed", range(10))
def test_what_came_back_can_be_taken_back_and_made_again(folder, seed):
    with Session(folder, seed) as first:
        for _ in range(3):
            first.do(10)
            first.save()
        saved = first.bytes()
        first.do(15)
        made = first.bytes()
    with Session(folder) as second:
        replayed = second.recovery.replayed
        if replayed is None:
            assert without_next_ids(made) == without_next_ids(saved)
            return
        for _ in range(2):
            replayed.revert(second.document)
            assert without_next_ids(second.bytes()) == without_next_ids(saved)
            replayed.apply(second.document)
            assert second.bytes() == made
        replayed.revert(second.document)
        second.journal.record(replayed, applied=False)
        undone = second.bytes()
    for _ in range(2):
        with Session(folder) as later:
            assert later.bytes() == undone  # the ids that were given then are not given again, however often it is read
            assert without_next_ids(later.bytes()) == without_next_ids(saved)
            assert later.recovery.edits == 0  # it comes to nothing, which is not to be told
            assert later.recovery.replayed is None
            assert (later.journal.sequence == 0) == (undone == saved)


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_note_on_an_image_that_is_gone_is_as_good_as_other_work(folder, is_noted):
    with Session(folder) as first:
        image = next(image for image in first.document.images.values() if image.path == "d.png")
        category = AddCategory(Category(first.document.take_id(Category), "cat"))
        noted = ChangeImage(image, replace(image, note="blurred"))
        for edit in (category, noted):
            edit.apply(first.document)
            first.journal.record(edit, applied=True)
        if not is_noted:
            noted.revert(first.document)
            first.journal.record(noted, applied=False)
    (folder / "images" / "d.png").unlink()
    with Session(folder) as second:
        assert second.recovery.edits == (2 if is_noted else 1)
        assert second.document.category_named("cat")
        notes = {image.path: (image.note, image.problem is None) for image in second.document.images.values()}
        assert notes == {"b.png": ("", True), **({"d.png": ("blurred", False)} if is_noted else {})}
        # Without the image, what was done to it and undone again cannot be gone through a second time.
        assert (second.recovery.replayed is not None) is is_noted


def test_work_on_an_image_of_the_file_that_is_out_of_reach_for_a_while(folder):
    with Session(folder) as first:
        first.do(32)
        first.save()
        image = next(image for image in first.document.images.values() if image.path == "d.png")
        noted = ChangeImage(image, replace(image, note="blurred"))
        noted.apply(first.document)
        first.journal.record(noted, applied=True)
        made = first.bytes()
    away = (folder / "images" / "d.png").rename(folder / "d.png")
    with Session(folder) as second:
        assert second.bytes() == made
        image = second.document.images[image.id]
        assert "missing" in image.problem
        second.journal.record(ChangeImage(image, replace(image, note="blurred!")), applied=True)
    away.rename(folder / "images" / "d.png")
    with Session(folder) as third:
        assert third.document.images[image.id].note == "blurred!"
        assert third.document.images[image.id].problem is None


def test_discarded_work_is_gone(folder):
    session = Session(folder)
    session.do(5)
    session.journal.close(discard=True)
    with Session(folder) as second:
        assert second.recovery.edits == 0
        assert not second.document.categories


def test_images_keep_their_ids_when_the_folder_changes(folder):
    with Session(folder) as first:
        category = Category(first.document.take_id(Category), "cat")
        image = next(image for image in first.document.images.values() if image.path == "d.png")
        mask = RunLengths.from_mask(np.eye(16, 24, dtype=bool))
        instance = Instance(first.document.take_id(Instance), image.id, category.id, mask)
        for edit in (AddCategory(category), AddInstance(instance)):
            edit.apply(first.document)
            first.journal.record(edit, applied=True)
    # "a" and "c" would get the ids of "b" and "d".
    for name in ("a", "c"):
        Image.new("L", (30, 30)).save(folder / "images" / f"{name}.png")
    with Session(folder) as second:
        assert second.recovery.edits == 2
        back = second.document.instances[instance.id]
        assert second.document.images[back.image_id].path == "d.png"
        assert {image.path for image in second.document.images.values()} == {"a.png", "b.png", "c.png", "d.png"}


def test_work_on_an_image_that_is_gone_comes_back_with_it(folder):
    with Session(folder) as first:
        first.do(40)
        made = {i.id: i for i in first.document.instances.values()}
        paths = {image.id: image.path for image in first.document.images.values()}
    (folder / "images" / "d.png").unlink()
    with Session(folder) as second:
        assert second.document.instances == made
        for instance in made.values():
            assert second.document.images[instance.image_id].path == paths[instance.image_id]
        problems = {image.path: image.problem for image in second.document.images.values()}
        assert problems["b.png"] is None
        assert "missing" in problems["d.png"]


def test_an_image_without_work_that_is_gone_stays_gone(folder):
    with Session(folder) as first:
        edit = AddCategory(Category(first.document.take_id(Category), "cat"))
        edit.apply(first.document)
        first.journal.record(edit, applied=True)
    (folder / "images" / "d.png").unlink()
    with Session(folder) as second:
        assert second.recovery.edits == 1
        assert [image.path for image in second.document.images.values()] == ["b.png"]


def test_work_that_fits_a_changed_file_is_replayed_and_told(folder):
    with Session(folder) as first:
        first.do(10)
        first.save()
        edit = AddCategory(Category(first.document.take_id(Category), "new"))
        edit.apply(first.document)
        first.journal.record(edit, applied=True)
    other = coco.read(first.coco_path)
    other.extra = {"info": {"description": "changed elsewhere"}}
    coco.write(other, first.coco_path)
    with Session(folder) as second:
        assert (second.recovery.edits, second.recovery.file_changed) == (1, True)
        assert second.document.category_named("new")
        assert second.document.extra["info"]


def test_of_work_that_does_not_fit_any_more_comes_back_what_does(folder):
    with Session(folder) as first:
        first.do(32)
        first.save()
        instance = next(iter(first.document.instances.values()))
        late = AddCategory(Category(first.document.take_id(Category), "late"))
        grouped = ChangeInstance(instance, replace(instance, group=7))
        for edit in (late, grouped):
            edit.apply(first.document)
            first.journal.record(edit, applied=True)
    coco.write(Document(folder / "images"), first.coco_path)
    with Session(folder) as second:
        assert (second.recovery.edits, second.recovery.left_out) == (1, 1)
        assert [category.name for category in second.document.categories.values()] == ["late"]
        aside = JournalFile(second.recovery.set_aside, second.coco_path)
        assert len(aside.entries()) == 2
        aside.close()
        second.do(3)
        made = second.bytes()
    with Session(folder) as third:
        assert third.bytes() == made
        assert third.recovery.set_aside is None


def test_masks_whose_numbers_an_import_took_come_back_under_others(folder):
    with Session(folder) as first:
        first.do(20)
        AddCategory(Category(77, "cat")).apply(first.document)
        first.save()
        base, document = first.document.snapshot(), first.document
        image = next(iter(document.images.values()))
        masks = [RunLengths.from_mask(np.eye(image.height, image.width, k=k, dtype=bool)) for k in range(6)]
        added = [Instance(document.take_id(Instance), image.id, 77, mask) for mask in masks[:5]]
        noted = ChangeImage(image, replace(image, note="hours of work"))
        for edit in (*map(AddInstance, added), noted):
            edit.apply(document)
            first.journal.record(edit, applied=True)
    theirs = Instance(base.take_id(Instance), image.id, 77, masks[5])
    base.put(theirs)
    coco.write(base, first.coco_path)
    with Session(folder) as second:
        assert (second.recovery.edits, second.recovery.left_out, second.recovery.set_aside) == (6, 0, None)
        document = second.document
        assert document.instances[theirs.id] == coco.read(first.coco_path).instances[theirs.id]
        assert {i.mask for i in document.instances_of(image.id)} >= set(masks)
        assert document.images[image.id].note == "hours of work"
        made = second.bytes()
        second.recovery.replayed.revert(document)
        assert {i.mask for i in document.instances_of(image.id)}.isdisjoint(masks[:5])
    with Session(folder) as third:  # it has crashed again
        assert third.bytes() == made
        assert third.recovery.edits == 1


def test_masks_of_a_category_that_the_file_lost_come_back_with_it(folder):
    with Session(folder) as first:
        document = first.document
        for name in ("cat", "dog"):
            AddCategory(Category(document.take_id(Category), name, color="#123456")).apply(document)
        first.save()
        cat, dog = document.categories.values()
        other = document.snapshot()
        image = next(iter(document.images.values()))
        masks = [RunLengths.from_mask(np.eye(image.height, image.width, k=k, dtype=bool)) for k in range(2)]
        for category, mask in zip((cat, dog), masks, strict=True):
            edit = AddInstance(Instance(document.take_id(Instance), image.id, category.id, mask))
            edit.apply(document)
            first.journal.record(edit, applied=True)
    # Another program has removed the cat, and numbered what is left from 1.
    for category in (cat, dog):
        other.remove(category)
    other.put(replace(dog, id=cat.id))
    coco.write(other, first.coco_path)
    with Session(folder) as second:
        recovery, document = second.recovery, second.document
        assert (recovery.left_out, recovery.set_aside, recovery.categories) == (0, None, ("cat",))
        names = {i.mask: document.categories[i.category_id] for i in document.instances.values()}
        assert [names[mask].name for mask in masks] == ["cat", "dog"]
        assert {category.color for category in names.values()} == {"#123456"}
        made = second.bytes()
        recovery.replayed.revert(document)
        assert [category.name for category in document.categories.values()] == ["dog"]
    with Session(folder) as third:
        assert third.bytes() == made


@pytest.mark.parametrize("seed", range(12))
def test_whatever_two_programs_did_nothing_of_the_other_is_lost_and_masks_come_back(folder, seed):
    with Session(folder, seed) as first:
        first.do(25)
        first.save()
        other = first.document.snapshot()
        before = set(other.instances)
        first.do(15)
        drawn = {
            i.mask for n, i in first.document.instances.items() if n not in before and i.category_id in other.categories
        }
    theirs = Work(other, seed + 100)
    for _ in range(15):
        theirs.step()
    coco.write(other, first.coco_path)
    now = coco.read(first.coco_path)
    with Session(folder, seed) as second:
        recovery, document = second.recovery, second.document
        assert (recovery.set_aside is not None) == (recovery.left_out > 0)
        there = {i.mask for i in document.annotations()}
        lost = {mask for mask in drawn if mask not in there}
        assert not lost or recovery.left_out
        made = second.bytes()
        if recovery.replayed is not None:
            recovery.replayed.revert(document)
            assert document.categories == now.categories
            assert document.annotations_in_order() == now.annotations_in_order()
    with Session(folder, seed) as third:
        assert third.bytes() == made
        assert third.recovery.set_aside is None


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 300, None])
def test_a_damaged_journal_is_set_aside(folder, damage):
    with Session(folder) as first:
        first.do(30)
    (path,) = (folder / "state").glob("*.journal")
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096) if damage is None else damage)
    with Session(folder) as second:
        assert second.recovery.edits == 0
        if damage != b"":  # SQLite takes an empty file for a new database
            assert second.recovery.set_aside.exists()
        second.do(3)


def test_an_edit_that_cannot_be_read_is_set_aside(folder):
    with Session(folder) as first:
        first.do(3)
    (path,) = (folder / "state").glob("*.journal")
    database = sqlite3.connect(path)
    database.execute('UPDATE entry SET edit = \'{"of": "EditOfTheFuture"}\' WHERE sequence = 2')
    database.commit()
    database.close()
    with Session(folder) as second:
        assert second.recovery.set_aside.exists()
        assert not second.document.categories


def test_whoever_only_looks_into_it_is_waited_for(folder):
    """As the first page of another window, which lists what is not saved."""
    with Session(folder) as first:
        first.do(3)
        first.journal.flush()
        made = first.bytes()
    (path,) = (folder / "state").glob("*.journal")
    looking = JournalFile(path, first.coco_path)
    timer = threading.Timer(1.2, looking.close)
    timer.start()
    with Session(folder) as second:
        assert second.bytes() == made
    timer.join()


def test_a_second_process_cannot_have_it(folder, monkeypatch):
    monkeypatch.setattr(journal_file, "PATIENCE", 0.1)
    with Session(folder) as first:
        first.do(3)
        first.journal.flush()
        with pytest.raises(DatasetError, match="close the window"):
            Session(folder)
    Session(folder).journal.close()


def test_saving_under_another_name_takes_the_journal_along(folder):
    with Session(folder) as first:
        first.do(10)
        elsewhere = folder / "other" / COCO_NAME
        elsewhere.parent.mkdir()
        data = coco.to_bytes(first.document, elsewhere)
        replace_file(elsewhere, data)
        state = SavedState.of(first.document, data, sequence=first.journal.sequence)
        first.do(4)
        first.journal.saved_as(state, elsewhere)
        first.do(2)
        made = coco.to_bytes(first.document, elsewhere)
    with Session(folder) as old:
        assert old.recovery.edits == 0
    dataset = open_dataset([elsewhere])
    journal, recovery = open_journal(
        folder / "state", dataset.document, elsewhere, on_committed=lambda _: None, on_failed=lambda _: None
    )
    journal.close()
    assert recovery.edits == count_changes(first.steps[10:])
    assert coco.to_bytes(dataset.document, elsewhere) == made


class TestUnfinished:
    """What is begun and no edit yet: only the newest of each kind on an image."""

    def test_they_come_back_until_they_are_taken_out(self, folder):
        with Session(folder) as first:
            first.journal.keep_unfinished("b.png", "corners", lambda: b"1")
            first.journal.keep_unfinished("b.png", "corners", lambda: b"2")
            first.journal.keep_unfinished("d.png", "corners", lambda: b"3")
            first.journal.keep_unfinished("b.png", "drawn", lambda: b"4")
            first.journal.keep_unfinished("d.png", "corners", None)
        for _ in range(2):
            with Session(folder) as second:
                assert second.recovery.unfinished == {("b.png", "corners"): b"2", ("b.png", "drawn"): b"4"}
                assert second.recovery.edits == 0

    def test_a_save_leaves_them_and_so_does_discarding_the_edits(self, folder):
        with Session(folder) as first:
            first.do(5)
            first.journal.keep_unfinished("b.png", "corners", lambda: b"1")
            first.save()
        session = Session(folder)
        assert session.recovery.unfinished
        session.journal.close(discard=True)
        with Session(folder) as third:
            assert third.recovery.unfinished == session.recovery.unfinished

    def test_they_go_along_to_another_file(self, folder):
        with Session(folder) as first:
            first.do(5)
            first.journal.keep_unfinished("b.png", "corners", lambda: b"1")
            elsewhere = folder / "images" / "other.json"
            replace_file(elsewhere, coco.to_bytes(first.document, elsewhere))
            first.journal.saved_as(first.state(), elsewhere)
        file = JournalFile(journal_path(folder / "state", elsewhere), elsewhere)
        assert file.unfinished() == {("b.png", "corners"): b"1"}
        file.close()
        with Session(folder) as old:
            assert not old.recovery.unfinished

    @pytest.mark.parametrize("fits", [True, False])
    def test_they_wait_for_an_image_that_is_not_listed_this_time(self, folder, fits):
        with Session(folder) as first:
            first.do(5)
            first.journal.keep_unfinished("b.png", "corners", lambda: b"1")
            first.save()
        image, away = folder / "images" / "b.png", folder / "b.png"
        image.rename(away)
        path = folder / "images" / COCO_NAME
        without = json.loads(path.read_bytes())
        gone = {record["id"] for record in without["images"] if record["file_name"] == "b.png"}
        for key, of in (("images", "id"), ("annotations", "image_id")):
            without[key] = [record for record in without[key] if record[of] not in gone]
        whole = path.read_bytes()
        path.write_text(json.dumps(without), "utf-8")
        with Session(folder) as second:
            assert not second.recovery.unfinished
            if not fits:
                second.do(3)
        away.rename(image)
        path.write_bytes(whole)
        with Session(folder) as third:
            assert third.recovery.unfinished == {("b.png", "corners"): b"1"}

    def test_a_journal_of_an_older_program_has_none(self, folder):
        with Session(folder) as first:
            first.do(5)
            made = first.bytes()
        (path,) = (folder / "state").glob("*.journal")
        database = sqlite3.connect(path)
        database.execute("DROP TABLE unfinished")
        database.commit()
        database.close()
        with Session(folder) as second:
            assert second.bytes() == made
            second.journal.keep_unfinished("b.png", "corners", lambda: b"1")
        with Session(folder) as third:
            assert third.recovery.unfinished


@pytest.mark.parametrize(
    "damage",
    [
        """UPDATE entry SET edit = '{"of": "AddInstance", "instance": 3}' WHERE sequence = 22""",
        "UPDATE entry SET edit = x'00ff' WHERE sequence = 22",
        "UPDATE entry SET made_at = 1e300",
        "UPDATE entry SET made_at = x'00ff'",
        "UPDATE base SET gaps = 3",
        "UPDATE image SET path = 3, height = 'wide'",
        "UPDATE base SET dataset = 7",
        "DELETE FROM base",
        "DROP TABLE entry",
    ],
)
def test_whatever_stands_in_a_journal_the_dataset_opens_and_others_are_listed(folder, damage, capsys):
    with Session(folder) as first:
        first.do(20)
        first.save()
        saved = first.bytes()
        first.do(10)
    state = folder / "state"
    (path,) = state.glob("*.journal")
    shutil.copy(path, state / "another.journal")
    with closing(sqlite3.connect(path)) as database:
        database.execute(damage)
        database.commit()
    assert [work.journal.name for work in unsaved_work(state) if work.journal != path] == ["another.journal"]
    with Session(folder) as second:
        if second.recovery.set_aside is not None:
            assert without_next_ids(second.bytes()) == without_next_ids(saved)
            assert second.recovery.set_aside.exists()
        else:
            assert second.recovery.edits > 0
        assert not second.failures
    capsys.readouterr()
