"""Finding and importing checkpoints."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotator import paths
from annotator.errors import WeightsError
from annotator.model.checkpoint import CheckpointInfo, read_checkpoint, write_checkpoint
from annotator.segment import weights

SHIPPED = next(paths.shipped_weights_dir().glob("*.safetensors"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The user's folder of weights, which does not exist yet."""
    user = tmp_path / "data" / "weights"
    monkeypatch.setattr(weights, "user_weights_dir", lambda: user)
    return user


@pytest.fixture(scope="module")
def checkpoint():
    return read_checkpoint(SHIPPED)


@pytest.fixture(scope="module")
def changed(checkpoint):
    """The shipped weights with one number changed."""
    name = "mask_decoder.iou_token.weight"
    tensor = checkpoint.tensors[name].copy()
    tensor[0, 0] += 1
    return replace(checkpoint, tensors={**checkpoint.tensors, name: tensor})


def put(folder: Path, name: str, age: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    shutil.copyfile(SHIPPED, path)
    os.utime(path, (2_000_000_000 - age, 2_000_000_000 - age))
    return path


def test_the_shipped_checkpoint_is_used_when_there_is_no_other(folder):
    (only,) = weights.installed_weights()
    assert only.path == SHIPPED == weights.best_weights()
    assert only.is_shipped
    assert only.problem is None
    assert only.name == only.info.name


def test_the_users_newest_comes_first_and_the_shipped_last(folder):
    older, newer = put(folder, "a.safetensors", age=100), put(folder, "b.safetensors", age=50)
    (folder / "notes.txt").write_text("not weights")
    assert [w.path for w in weights.installed_weights()] == [newer, older, SHIPPED]
    assert [w.is_shipped for w in weights.installed_weights()] == [False, False, True]
    assert weights.best_weights() == newer


def test_a_damaged_file_is_listed_with_its_problem(folder):
    folder.mkdir(parents=True)
    (folder / "broken.safetensors").write_bytes(b"no weights")
    broken = weights.installed_weights()[0]
    assert broken.name == "broken"
    assert broken.info is None
    assert "broken.safetensors" in broken.problem


def test_a_damaged_file_does_not_keep_others_from_being_used(folder):
    older, broken = put(folder, "older.safetensors", age=100), folder / "broken.pth"
    broken.write_bytes(b"no weights")
    os.utime(broken, (2_000_000_000, 2_000_000_000))
    assert weights.installed_weights()[0].path == broken
    assert weights.best_weights() == older
    older.unlink()
    assert weights.best_weights() == SHIPPED


def test_a_mindspore_file_is_not_used_unless_it_is_asked_for(folder):
    """What it holds is not known before all of it is read."""
    folder.mkdir(parents=True)
    (folder / "notes.ckpt").write_bytes(b"\n\x05hello")
    listed = weights.installed_weights()[0]
    assert listed.problem is None
    assert not listed.is_checked
    assert all(other.is_checked for other in weights.installed_weights()[1:])
    assert weights.best_weights() == SHIPPED


def test_a_folder_that_cannot_be_read_is_listed_with_its_problem(folder, monkeypatch):
    put(folder, "a.safetensors", age=1)
    scandir = os.scandir

    def refused(path):
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    unreadable, shipped = weights.installed_weights()
    assert str(folder) in unreadable.problem
    assert "Permission denied" in unreadable.problem
    assert shipped.path == SHIPPED == weights.best_weights()


def test_a_file_deleted_meanwhile_is_left_out(folder, monkeypatch):
    kept, gone = put(folder, "a.safetensors", age=1), put(folder, "b.safetensors", age=2)
    scandir = os.scandir

    @contextlib.contextmanager
    def deletes_meanwhile(path):
        with scandir(path) as entries:
            listed = list(entries)
        gone.unlink(missing_ok=True)
        yield iter(listed)

    monkeypatch.setattr(os, "scandir", deletes_meanwhile)
    assert [w.path for w in weights.installed_weights() if not w.is_shipped] == [kept]


def test_no_weights_at_all_is_an_error_that_names_the_folder(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "shipped_weights_dir", lambda: tmp_path / "nowhere")
    assert weights.installed_weights() == []
    with pytest.raises(WeightsError, match="put one into") as caught:
        weights.best_weights()
    assert str(folder) in str(caught.value)


def test_import_keeps_the_weights_and_makes_them_the_best(folder, tmp_path, checkpoint):
    source = tmp_path / "mine.safetensors"
    shutil.copyfile(SHIPPED, source)
    imported = weights.import_weights(source)
    assert imported.path == folder / "mine.safetensors" == weights.best_weights()
    assert not imported.is_shipped
    assert imported.info == checkpoint.info
    # float16 stays float16.
    assert imported.path.stat().st_size < 1.05 * SHIPPED.stat().st_size
    kept = read_checkpoint(imported.path)
    assert kept.config == checkpoint.config
    assert all(np.array_equal(kept.tensors[name], tensor) for name, tensor in checkpoint.tensors.items())


def test_import_reads_pytorch_files(folder, shared):
    source = shared / "reference" / "starter.pth"
    imported = weights.import_weights(str(source))
    assert imported.path == folder / "starter.safetensors"
    assert imported.name == "starter"
    original, kept = read_checkpoint(source), read_checkpoint(imported.path)
    assert weights.tensors_digest(kept) == weights.tensors_digest(original)
    assert np.array_equal(kept.tensors["image_encoder.neck.2.weight"], original.tensors["image_encoder.neck.2.weight"])


def test_importing_the_same_again_only_makes_it_the_best(folder, tmp_path, changed):
    first = weights.import_weights(SHIPPED)
    before = first.path.read_bytes()
    other = tmp_path / "other.safetensors"
    write_checkpoint(other, changed)
    os.utime(first.path, (1, 1))
    second = weights.import_weights(other)
    os.utime(second.path, (2, 2))
    assert weights.best_weights() == second.path
    # Also when the installed file itself is given.
    for source in (SHIPPED, first.path):
        assert weights.import_weights(source) == first
        assert weights.best_weights() == first.path
        os.utime(first.path, (1, 1))
    assert first.path.read_bytes() == before
    assert len(weights.installed_weights()) == 3


def test_import_never_replaces_other_weights(folder, tmp_path, changed):
    first = weights.import_weights(SHIPPED)
    before = first.path.read_bytes()
    other = tmp_path / SHIPPED.name
    write_checkpoint(other, changed)
    with pytest.raises(WeightsError, match="rename") as caught:
        weights.import_weights(other)
    assert str(first.path) in str(caught.value)
    assert first.path.read_bytes() == before


def test_a_file_that_is_no_checkpoint_leaves_nothing_behind(folder, tmp_path):
    source = tmp_path / "notes.pth"
    source.write_text("hello")
    with pytest.raises(WeightsError, match=r"notes\.pth"):
        weights.import_weights(source)
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_named(folder, tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(WeightsError, match="cannot be made") as caught:
        weights.import_weights(SHIPPED)
    assert str(folder) in str(caught.value)


def test_the_digest_depends_on_what_the_network_uses_alone(checkpoint, changed):
    digest = weights.tensors_digest(checkpoint)
    used = {n: t for n, t in checkpoint.tensors.items() if not n.startswith("image_encoder.head.")}
    assert weights.tensors_digest(replace(checkpoint, tensors=used, info=CheckpointInfo("other"))) == digest
    assert weights.tensors_digest(replace(checkpoint, tensors=dict(reversed(used.items())))) == digest
    assert weights.tensors_digest(changed) != digest


def test_a_checkpoint_is_found_by_what_is_in_it(folder, checkpoint, changed):
    put(folder, "same.safetensors", age=50)
    (folder / "broken.safetensors").write_bytes(b"no weights")
    write_checkpoint(folder / "other.safetensors", changed)
    assert weights.weights_with_digest(weights.tensors_digest(changed)) == folder / "other.safetensors"
    assert weights.weights_with_digest(weights.tensors_digest(checkpoint)) == folder / "same.safetensors"
    assert weights.weights_with_digest("0" * 40) is None
