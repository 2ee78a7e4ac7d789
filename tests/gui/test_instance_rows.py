"""The rows of the instances list stay those of the document, whatever comes and goes, and in which order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex

from annotator.core.document import Instance
from annotator.core.edits import AddInstance, RemoveInstances, Together
from annotator.core.geometry import RunLengths
from annotator.gui.document_model import DocumentModel
from annotator.gui.panels.instance_rows import InstanceListModel
from annotator.gui.view_state import ViewState
from tests.gui.small_documents import open_document, small_document

MASK = RunLengths.from_mask(np.ones((1, 1), bool))


@pytest.fixture
def model(qapp) -> DocumentModel:
    return DocumentModel()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.data())
def test_rows_are_found_after_any_that_came_and_went(model, data):
    open_document(model, small_document(["a.png"]))
    rows = InstanceListModel(model, ViewState(model))
    (image_id,), category_id = model.document.images, next(iter(model.document.categories))
    model.image_on_screen = image_id
    rows.set_image(image_id)
    for _ in range(data.draw(st.integers(1, 6))):
        present = list(model.document.instances.values())
        gone = data.draw(st.lists(st.sampled_from(present), unique_by=id)) if present else []
        new = [
            Instance(model.document.take_id(Instance), image_id, category_id, MASK)
            for _ in range(data.draw(st.integers(0, 4)))
        ]
        edits = (*([RemoveInstances(tuple(gone))] if gone else []), *map(AddInstance, new))
        if edits:
            model.push(Together(edits), "some")
        if data.draw(st.booleans()):
            model.undo()
        ids = [instance.id for instance in model.document.instances_of(image_id)][::-1]
        assert rows.instance_ids == ids
        for row, instance_id in enumerate(ids):
            assert rows.rows_of(frozenset({instance_id})) == [row]
        assert not rows.rows_of(frozenset(instance.id for instance in gone if instance.id not in ids))


def test_rows_beside_each_other_go_at_once_and_the_others_stay(model):
    """Row by row, thousands of selected ones held the window for a second; so it is when many new ones are undone."""
    open_document(model, small_document(["a.png"]))
    rows = InstanceListModel(model, ViewState(model))
    (image_id,), category_id = model.document.images, next(iter(model.document.categories))
    model.image_on_screen = image_id
    rows.set_image(image_id)
    new = [Instance(model.document.take_id(Instance), image_id, category_id, MASK) for _ in range(20)]
    model.push(Together(tuple(map(AddInstance, new))), "some")
    before = rows.instance_ids
    kept = QPersistentModelIndex(rows.index(5))
    removed: list[tuple[int, int]] = []
    rows.rowsRemoved.connect(lambda _, first, last: removed.append((first, last)))
    gone = {*before[0:5], *before[6:16]}
    model.push(RemoveInstances(tuple(model.document.instances[i] for i in gone)), "delete")
    assert removed == [(6, 15), (0, 4)]
    assert (kept.row(), rows.instance_ids) == (0, [before[5], *before[16:]])
    model.undo()
    assert (kept.row(), rows.instance_ids) == (5, before)
    removed.clear()
    model.undo()
    assert len(removed) == 1
