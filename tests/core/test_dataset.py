"""Opening folders, images and COCO files: what is listed, in which order, and where it will be saved."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from annotator.core import coco, dataset, image_files
from annotator.core.cancelling import OpeningCancelled
from annotator.core.dataset import COCO_NAME, open_dataset
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.file_version import FileVersion
from annotator.core.geometry import RunLengths
from annotator.core.image_files import FoundImages, in_natural_order, natural
from annotator.errors import DatasetError
from tests.core.dataset_work import coco_file, listed, picture


def test_names_with_numbers_that_python_cannot_read_have_their_order_too():
    long = "1" * 5000  # no file is called so, but a COCO file may say it is
    names = ["2.png", f"{long}.png", "10.png", f"{long}2.png"]
    assert sorted(names, key=natural) == ["2.png", "10.png", f"{long}.png", f"{long}2.png"]


@given(st.lists(st.text("ab1/0.", min_size=1), unique=True), st.integers(1, 4))
def test_the_natural_order_is_that_of_the_keys_in_however_small_parts_it_is_sorted(names, count):
    with patch.object(image_files, "_SORTED_AT_ONCE", count):
        found = in_natural_order(names)
    assert list(map(natural, found)) == sorted(map(natural, names))
    assert sorted(found) == sorted(names)


def test_a_folder_is_listed_with_its_sub_folders_in_natural_order(tmp_path):
    for name in ("img10.png", "img2.png", "IMG1.PNG", "b/1.webp", "b/sub/0.bmp", "a2/1.gif", "a10/1.tif", "猫/é.jpeg"):
        picture(tmp_path / name)
    for name in (".hidden.png", ".trash/1.png", "b/.cache/2.png"):
        picture(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "folder.png").mkdir()
    opened = open_dataset([tmp_path])
    assert listed(opened) == [
        "a2/1.gif",
        "a10/1.tif",
        "b/1.webp",
        "b/sub/0.bmp",
        "IMG1.PNG",
        "img2.png",
        "img10.png",
        "猫/é.jpeg",
    ]
    assert opened.coco_path == tmp_path / COCO_NAME
    assert opened.document.image_root == tmp_path
    assert list(opened.document.images) == list(range(1, 9))
    assert {(image.height, image.width, image.problem) for image in opened.document.images.values()} == {(3, 4, None)}


@pytest.mark.parametrize(("on_disk", "in_the_file"), [("a.png", "A.PNG"), ("e\N{COMBINING ACUTE ACCENT}.png", "é.png")])
def test_another_spelling_of_a_name_is_no_other_image_where_it_leads_to_the_same_file(
    tmp_path, monkeypatch, on_disk, in_the_file
):
    picture(tmp_path / on_disk)
    picture(tmp_path / "b.png")
    with suppress(FileExistsError):  # where it leads there by itself
        os.link(tmp_path / on_disk, tmp_path / in_the_file)
    monkeypatch.setattr(dataset, "find_images", lambda *_, **__: FoundImages((on_disk, "b.png"), ()))
    coco_file(tmp_path / COCO_NAME, {"id": 1, "file_name": in_the_file, "width": 4, "height": 3})
    assert listed(open_dataset([tmp_path])) == [in_the_file, "b.png"]


def test_saving_and_opening_again_restores_everything(tmp_path):
    picture(tmp_path / "b.png")
    opened = open_dataset([tmp_path])
    opened.document.put(Category(opened.document.take_id(Category), "cat"))
    mask = RunLengths.from_mask(np.eye(3, 4, dtype=bool))
    opened.document.put(Instance(opened.document.take_id(Instance), 1, 1, mask))
    coco.write(opened.document, opened.coco_path)
    picture(tmp_path / "a.png", 5, 6)
    again = open_dataset([tmp_path])
    assert again.document.instances == opened.document.instances
    assert again.document.categories == opened.document.categories
    # The new image comes last and takes a new id, though its name comes first.
    assert [(image.id, image.path, image.height) for image in again.document.images.values()] == [
        (1, "b.png", 3),
        (2, "a.png", 6),
    ]


@pytest.mark.parametrize("elsewhere", ["exports/other.json", "pictures/sub/other.json", "other.json"])
def test_a_file_saved_elsewhere_finds_its_images(tmp_path, elsewhere):
    images = tmp_path / "pictures"
    (images / "sub").mkdir(parents=True)
    Image.new("RGB", (4, 3)).save(images / "sub" / "a.png")
    document = open_dataset([images]).document
    path = tmp_path / elsewhere
    path.parent.mkdir(exist_ok=True)
    coco.write(document, path)
    back = open_dataset([path]).document
    (image,) = back.images.values()
    assert image.problem is None
    assert back.image_path(image.id).samefile(images / "sub" / "a.png")
    assert image.path == "sub/a.png"
    # Saved again where its images are, it names no folder any more.
    coco.write(back, images / "back.json")
    assert "image_root" not in (images / "back.json").read_text("utf-8")


def test_images_beside_a_file_whose_images_lie_elsewhere_are_left_out_with_a_note(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    picture(there / "a.png")
    for name in ("a.png", "b.png", "sub/c.png"):
        picture(here / name)
    path = here / COCO_NAME
    coco.write(open_dataset([there]).document, path)
    for paths, count in (([here], "3 images were"), ([here / "b.png"], "1 image was")):
        opened = open_dataset(paths)
        assert listed(opened) == ["a.png"]
        assert opened.document.image_path(1).samefile(there / "a.png")
        (note,) = opened.notes
        assert note.startswith(f"{count} left out")
        assert str(path) in note
        assert str(there) in note
    assert open_dataset([path]).notes == ()


def test_images_beside_a_file_that_lists_them_from_further_up_are_not_left_out(tmp_path):
    picture(tmp_path / "sub" / "a.png")
    coco.write(open_dataset([tmp_path]).document, tmp_path / "sub" / COCO_NAME)
    picture(tmp_path / "sub" / "new.png")
    opened = open_dataset([tmp_path / "sub"])
    assert listed(opened) == ["sub/a.png"]
    assert [note.partition(" ")[0] for note in opened.notes] == ["1"]


def test_only_images_that_are_not_in_the_file_are_opened(tmp_path, monkeypatch):
    for name in ("a.png", "b.png", "c.png"):
        picture(tmp_path / name)
    coco_file(tmp_path / COCO_NAME, {"id": 5, "file_name": "b.png", "height": 3, "width": 4})
    opened, steps, read_header = [], [], dataset.read_header

    def watched(path):
        opened.append(os.path.basename(path))
        return read_header(path)

    monkeypatch.setattr(dataset, "read_header", watched)
    monkeypatch.setattr(dataset, "_REPORTED_TOGETHER", 1)
    result = open_dataset([tmp_path], on_progress=lambda done, total: steps.append((done, total)))
    assert opened == ["a.png", "c.png"]
    assert listed(result) == ["b.png", "a.png", "c.png"]
    of_the_file, of_the_images = steps[:-3], steps[-3:]
    assert of_the_images == [(0, 2), (1, 2), (2, 2)]
    assert of_the_file == sorted(of_the_file)
    assert of_the_file[-1] == (1, 1)


def test_missing_and_broken_images_are_listed_with_their_problem(tmp_path):
    picture(tmp_path / "good.png")
    (tmp_path / "text.jpg").write_text("no image")
    coco_file(tmp_path / COCO_NAME, {"id": 1, "file_name": "gone.png", "height": 3, "width": 4})
    images = {image.path: image for image in open_dataset([tmp_path]).document.images.values()}
    assert images["good.png"].problem is None
    assert f"{tmp_path / 'gone.png'} is missing" in images["gone.png"].problem
    assert images["gone.png"].has_size
    assert f"{tmp_path / 'text.jpg'} is not an image" in images["text.jpg"].problem
    assert not images["text.jpg"].has_size


def test_one_image_belongs_to_its_folder(tmp_path):
    one = picture(tmp_path / "one.png")
    picture(tmp_path / "two.png")
    opened = open_dataset([one])
    assert listed(opened) == ["one.png"]
    assert opened.coco_path == tmp_path / COCO_NAME


def test_opening_one_image_keeps_what_its_folder_had(tmp_path):
    one = picture(tmp_path / "one.png")
    coco_file(tmp_path / COCO_NAME, {"id": 9, "file_name": "sub/other.png", "height": 3, "width": 4})
    assert listed(open_dataset([one])) == ["sub/other.png", "one.png"]


def test_loose_images_belong_to_their_common_folder(tmp_path):
    paths = [picture(tmp_path / name) for name in ("x/b/2.png", "x/a.png", "x/b/10.png")]
    opened = open_dataset([*paths, paths[0]])
    assert listed(opened) == ["a.png", "b/2.png", "b/10.png"]
    assert opened.coco_path == tmp_path / "x" / COCO_NAME


def test_relative_paths_are_those_of_the_working_folder(tmp_path, monkeypatch):
    picture(tmp_path / "sub" / "a.png")
    monkeypatch.chdir(tmp_path)
    opened = open_dataset([Path("sub/../sub")])
    assert opened.coco_path == tmp_path / "sub" / COCO_NAME
    assert opened.document.image_path(1).is_file()


def test_a_coco_file_is_opened_with_the_images_it_lists(tmp_path):
    picture(tmp_path / "a.png")
    picture(tmp_path / "unlisted.png")
    path = coco_file(
        tmp_path / "Instances.JSON",
        {"id": 5, "file_name": "a.png", "height": 3, "width": 4},
        {"id": 2, "file_name": "sub/b.png", "height": 3, "width": 4},
    )
    opened = open_dataset([path])
    assert listed(opened) == ["a.png", "sub/b.png"]
    assert opened.coco_path == path
    assert [image.problem is None for image in opened.document.images.values()] == [True, False]


def test_a_broken_file_in_the_folder_is_not_passed_over(tmp_path):
    picture(tmp_path / "a.png")
    (tmp_path / COCO_NAME).write_text("{")
    with pytest.raises(DatasetError, match="is not valid JSON"):
        open_dataset([tmp_path])


@pytest.mark.parametrize("cancelled_after", [0, 1, 2])
def test_opening_can_be_cancelled(tmp_path, cancelled_after, monkeypatch):
    monkeypatch.setattr(dataset, "_REPORTED_TOGETHER", 1)
    for index in range(3):
        picture(tmp_path / f"{index}.png")

    @dataclass
    class Flag:
        is_cancelled: bool = False

    flag = Flag(is_cancelled=cancelled_after == 0)
    steps = []

    def on_progress(done, total):
        steps.append(done)
        flag.is_cancelled = done + 1 >= cancelled_after

    with pytest.raises(OpeningCancelled):
        open_dataset([tmp_path], on_progress=on_progress, cancel=flag)
    assert len(steps) == cancelled_after


def test_opening_a_coco_file_can_be_cancelled(tmp_path):
    path = coco_file(
        tmp_path / "a.json", *({"id": n, "file_name": f"{n}.png", "height": 3, "width": 4} for n in (1, 2))
    )

    @dataclass
    class Flag:
        is_cancelled: bool = True

    with pytest.raises(OpeningCancelled):
        open_dataset([path], cancel=Flag())


def test_what_cannot_be_opened_is_a_sentence(tmp_path):
    text, image = tmp_path / "notes.txt", picture(tmp_path / "full" / "a.png")
    text.write_text("text")
    (tmp_path / "empty").mkdir()
    path = coco_file(tmp_path / "a.json")
    for paths, says in (
        ([tmp_path / "gone"], r"gone does not exist"),
        ([text], r"notes\.txt cannot be opened: choose a folder"),
        ([image, text], r"notes\.txt cannot be opened together with others"),
        ([image, path], r"a\.json cannot be opened together with others"),
        ([tmp_path / "full", tmp_path / "empty"], r"full cannot be opened together with others"),
        ([tmp_path / "empty"], r"There is no image in .*empty"),
    ):
        with pytest.raises(DatasetError, match=says):
            open_dataset(paths)
    with pytest.raises(ValueError, match="no path"):
        open_dataset([])


def test_a_folder_that_cannot_be_read_is_a_sentence_and_a_sub_folder_a_note(tmp_path, monkeypatch):
    picture(tmp_path / "a.png")
    picture(tmp_path / "locked" / "b.png")
    scandir = os.scandir
    forbidden = [tmp_path / "locked"]

    def refuse(path):
        if Path(path) in forbidden:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    opened = open_dataset([tmp_path])
    assert listed(opened) == ["a.png"]
    assert opened.notes == (
        f"The folder {tmp_path / 'locked'} was left out because it cannot be read (Permission denied).",
    )
    forbidden.append(tmp_path)
    with pytest.raises(DatasetError, match=r"cannot be read \(Permission denied\)"):
        open_dataset([tmp_path])


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_links_are_followed_but_not_in_circles(tmp_path):
    picture(tmp_path / "data" / "a.png")
    picture(tmp_path / "elsewhere" / "b.png")
    (tmp_path / "data" / "round").symlink_to(tmp_path / "data")
    (tmp_path / "data" / "linked").symlink_to(tmp_path / "elsewhere")
    assert listed(open_dataset([tmp_path / "data"])) == ["a.png", "linked/b.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
@pytest.mark.parametrize("name", [b"back\\slash.png", b"not-utf8-\xff.png"])
def test_names_that_no_coco_file_can_hold_are_a_problem_and_do_not_stop_saving(tmp_path, name):
    picture(tmp_path / "good.png")
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
        file.write((tmp_path / "good.png").read_bytes())
    opened = open_dataset([tmp_path])
    problems = [image.problem for image in opened.document.images.values() if image.path != "good.png"]
    assert len(problems) == 1
    assert "rename the image" in problems[0]
    problems[0].encode()
    coco.write(opened.document, opened.coco_path)
    assert len(open_dataset([tmp_path]).document.images) == 2


class TestImageRoot:
    @pytest.fixture
    def elsewhere(self, tmp_path: Path) -> Path:
        return picture(tmp_path / "images" / "val" / "1.png").parent

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        (tmp_path / "annotations").mkdir()
        return coco_file(
            tmp_path / "annotations" / "instances.json", {"id": 5, "file_name": "1.png", "height": 3, "width": 4}
        )

    def test_images_are_looked_for_where_they_are_said_to_lie(self, file: Path, elsewhere: Path):
        (missing,) = open_dataset([file]).document.images.values()
        assert missing.problem is not None
        document = open_dataset([file], image_root=elsewhere).document
        assert document.images[5].problem is None
        assert document.image_path(5) == elsewhere / "1.png"

    def test_the_saved_file_remembers_it(self, file: Path, elsewhere: Path):
        coco.write(open_dataset([file], image_root=elsewhere).document, file)
        document = open_dataset([file]).document
        assert document.images[5].problem is None

    def test_a_relative_folder_is_meant_from_here(self, file: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(elsewhere.parent)
        assert open_dataset([file], image_root=Path("val")).document.image_root == elsewhere

    def test_what_makes_no_sense_is_refused(self, file: Path, elsewhere: Path):
        with pytest.raises(DatasetError, match=r"nowhere.* is not a folder"):
            open_dataset([file], image_root=elsewhere / "nowhere")
        for path in (elsewhere, elsewhere / "1.png"):
            with pytest.raises(DatasetError, match="is not a COCO file"):
                open_dataset([path], image_root=elsewhere)


def test_the_version_is_that_of_the_file_that_was_read(tmp_path: Path):
    picture(tmp_path / "1.png")
    assert open_dataset([tmp_path]).coco_version is None
    path = coco_file(tmp_path / COCO_NAME)
    assert open_dataset([tmp_path]).coco_version == FileVersion.of(path)


def test_a_change_made_while_reading_shows_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = coco_file(tmp_path / COCO_NAME)
    picture(tmp_path / "1.png")
    read = coco.read_closely

    def read_then_change(path: Path, *args, **options) -> coco.Reading:
        reading = read(path, *args, **options)
        path.write_text("{}")
        return reading

    monkeypatch.setattr(coco, "read_closely", read_then_change)
    assert open_dataset([tmp_path]).coco_version != FileVersion.of(path)


def test_images_that_cannot_be_read_keep_their_places_when_the_others_are_saved(tmp_path):
    names = ["1.png", "2.png", "3.png", "10.png", "sub/4.png"]
    for name in names:
        picture(tmp_path / name)
    for name in ("1.png", "3.png", "sub/4.png"):
        (tmp_path / name).write_bytes(b"no picture")
    opened = open_dataset([tmp_path])
    assert listed(opened) == names
    coco.write(opened.document, opened.coco_path)
    again = open_dataset([tmp_path])
    assert listed(again) == names
    assert [image.problem is None for image in again.document.images.values()] == [False, True, False, True, False]


def test_images_that_cannot_be_read_find_a_place_among_others_in_no_order(tmp_path):
    for name in ("b.png", "a.png", "d.png"):
        picture(tmp_path / name)
    document = Document(tmp_path)
    for number, name in enumerate(("d.png", "a.png", "b.png"), start=1):
        document.put(ImageRecord(number, name, 4, 4))
    coco.write(document, tmp_path / COCO_NAME)
    (tmp_path / "c.png").write_bytes(b"no picture")
    (tmp_path / "e.png").write_bytes(b"no picture")
    assert listed(open_dataset([tmp_path])) == ["c.png", "d.png", "a.png", "b.png", "e.png"]


def test_only_a_whole_order_of_the_images_is_taken():
    document = Document(Path())
    for number in (1, 2, 3):
        document.put(ImageRecord(number, f"{number}.png", 4, 4))
    for order in ([1, 2], [1, 2, 2], [1, 2, 4]):
        with pytest.raises(ValueError, match="no order"):
            document.order_images(order)
    document.order_images([3, 1, 2])
    assert list(document.images) == [3, 1, 2]
    document.put(ImageRecord(4, "4.png", 4, 4))
    assert list(document.images) == [3, 1, 2, 4]
