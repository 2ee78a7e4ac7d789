"""Saving a COCO file: whole or not at all."""

from __future__ import annotations

import os

import pytest

from annotator.core import coco
from annotator.core.document import Category, Document
from annotator.errors import SaveError
from tests.core.coco_work import content, read


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "annotations.coco.json"
    document = read(path, content())
    before = path.read_bytes()
    document.put(Category(document.take_id(Category), "new"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match="No space left on device"):
        coco.write(document, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_json_cannot_hold_does_not_touch_the_file(path):
    document = read(path, content())
    before = path.read_bytes()
    document.put(Category(document.take_id(Category), "x", extra={"bad": object()}))
    with pytest.raises(SaveError, match="cannot be written as JSON") as caught:
        coco.write(document, path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="names on Windows are always text")
def test_a_folder_of_images_whose_name_is_no_text_is_refused_where_it_must_be_written(tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    document = Document(folder)
    coco.write(document, folder / "annotations.coco.json")
    elsewhere = tmp_path / "annotations.coco.json"
    with pytest.raises(SaveError, match=r"caf.udce9.* rename that folder") as caught:
        coco.write(document, elsewhere)
    assert str(elsewhere) in str(caught.value)
    assert not elsewhere.exists()
