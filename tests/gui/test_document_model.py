"""What views are told of an edit: each change on the image on screen, and once which other images it touched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from annotator.core.dataset import Dataset
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.edits import AddCategory, AddInstance, ChangeInstance, RemoveInstances, Together
from annotator.core.geometry import RunLengths
from annotator.gui.document_model import DocumentModel

SHOWN, OTHER, THIRD = 1, 2, 3


@pytest.fixture
def model(qapp, tmp_path) -> DocumentModel:
    document = Document(tmp_path)
    document.put(Category(1, "disc"))
    for image_id in (SHOWN, OTHER, THIRD):
        document.put(ImageRecord(image_id, f"{image_id}.png", 4, 4))
    model = DocumentModel()
    model.open(Dataset(document, tmp_path / "file.json"))
    model.image_on_screen = SHOWN
    return model


@pytest.fixture
def told(model) -> list:
    told = []
    model.instance_changed.connect(lambda change: told.append((change.after or change.before).image_id))
    model.elsewhere_changed.connect(told.append)
    return told


def instance(instance_id: int, image_id: int) -> Instance:
    return Instance(instance_id, image_id, 1, RunLengths.from_mask(np.eye(4, dtype=bool)))


def test_an_edit_of_many_images_is_told_once_for_those_elsewhere(model, told):
    many = tuple(instance(n, n % 3 + 1) for n in range(30))
    model.push(Together(tuple(AddInstance(i) for i in many)), "add")
    assert told == [SHOWN] * 10 + [{OTHER, THIRD}]
    told.clear()
    model.undo()
    assert told == [SHOWN] * 10 + [{OTHER, THIRD}]
    told.clear()
    model.redo()
    model.push(RemoveInstances(many[1:2]), "remove")
    assert told[-1] == {OTHER}


def test_what_is_told_is_in_the_document_already(model):
    seen = []
    model.elsewhere_changed.connect(lambda _: seen.append(len(model.document.instances)))
    model.push(Together(tuple(AddInstance(instance(n, OTHER)) for n in range(5))), "add")
    assert seen == [5]


def test_a_change_that_is_no_edit_is_told_as_well(model, told):
    model.document.put(instance(1, OTHER))
    model.document.put(instance(2, SHOWN))
    assert told == [{OTHER}, SHOWN]


def test_an_edit_that_fails_half_way_leaves_nobody_unaware(model, told):
    first = instance(1, OTHER)
    edit = Together((AddInstance(first), ChangeInstance(instance(9, OTHER), instance(9, OTHER))))
    with pytest.raises(ValueError, match="not in the state"):
        edit_applied(model, edit)
    assert told == [{OTHER}]
    model.document.remove(first)
    assert told == [{OTHER}, {OTHER}]


def edit_applied(model: DocumentModel, edit: Together) -> None:
    model._apply(edit.apply)


def test_categories_are_told_one_by_one(model):
    told = []
    model.category_changed.connect(lambda change: told.append(change.after.name))
    other = Category(2, "box")
    model.push(Together((AddCategory(other), AddCategory(replace(other, id=3, name="line")))), "add")
    assert told == ["box", "line"]
