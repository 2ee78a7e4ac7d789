"""`annotator export` and `annotator import`: files in, files out, and what they print and return."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from annotator.core import coco
from annotator.core.document import Category, StoredProposal
from annotator.core.edits import AddCategory
from annotator.core.journal import open_journal
from annotator.core.lock import DatasetLock
from tests.console import refuse, run, the_complaint


@pytest.fixture
def coco_file(tmp_path: Path) -> Path:
    """Two images, three instances, the third covered by the second."""
    for name in ("a", "b"):
        Image.new("L", (12, 10)).save(tmp_path / f"{name}.png")

    def box(number: int, image_id: int, category_id: int, x: int, y: int, w: int, h: int) -> dict:
        polygon = [x, y, x + w, y, x + w, y + h, x, y + h]
        shape = {"segmentation": [polygon], "bbox": [x, y, w, h], "area": w * h, "iscrowd": 0}
        return {"id": number, "image_id": image_id, "category_id": category_id, **shape}

    content = {
        "images": [{"id": n, "file_name": f"{name}.png", "height": 10, "width": 12} for n, name in enumerate("ab", 1)],
        "annotations": [box(1, 1, 1, 2, 2, 3, 4), box(3, 2, 2, 1, 1, 2, 2), box(2, 2, 1, 0, 0, 6, 6)],
        "categories": [{"id": 1, "name": "猫"}, {"id": 2, "name": "dog"}],
    }
    path = tmp_path / "instances.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def masks(path: Path) -> dict[tuple[str, str, bytes], int]:
    """What pycocotools reads: image name, category and pixels of every annotation, counted."""
    theirs = COCO(path)
    found: dict[tuple[str, str, bytes], int] = {}
    for annotation in theirs.anns.values():
        name = Path(theirs.imgs[annotation["image_id"]]["file_name"]).name
        key = (name, theirs.cats[annotation["category_id"]]["name"], theirs.annToMask(annotation).tobytes())
        found[key] = found.get(key, 0) + 1
    return found


@pytest.mark.parametrize("format_name", ["yolo", "masks", "labelme"])
def test_there_and_back(coco_file, tmp_path, format_name, capsys):
    out, back = tmp_path / "out", tmp_path / "back.json"
    assert run("export", coco_file, "--format", format_name, "--out", out, "--copy-images") == 0
    printed = capsys.readouterr().out
    assert "instances: 3, 3 of them with exactly the same mask" in printed
    assert "worst IoU: 1.0000" in printed
    assert run("import", out, "--out", back) == 0
    assert "instances: 3 new, 0 there already" in capsys.readouterr().out
    assert masks(back) == masks(coco_file)
    assert run("check", back) == 0


def test_what_did_not_come_back_makes_exit_code_1(coco_file, tmp_path, capsys):
    assert run("export", coco_file, "--format", "voc", "--out", tmp_path / "out") == 1
    out, err = capsys.readouterr()
    assert "did not come back: 1 (instances 3)" in out
    assert "a later instance covers are lost: 1 (instances 3)" in out
    assert not err  # it was to be expected


def test_coco_with_a_split(coco_file, tmp_path, capsys):
    out = tmp_path / "out" / "x.json"
    words = ("--format", "coco", "--out", out, "--val", "0.5", "--seed", "1", "--shape", "exact")
    assert run("export", coco_file, *words) == 0
    parts = [tmp_path / "out" / f"x-{part}.json" for part in ("train", "val")]
    assert {**masks(parts[0]), **masks(parts[1])} == masks(coco_file)
    assert all(len(COCO(part).imgs) == 1 for part in parts)
    for part in parts:
        assert all("counts" in a["segmentation"] for a in COCO(part).anns.values())


def test_only_a_category(coco_file, tmp_path, capsys):
    out = tmp_path / "x.json"
    assert run("export", coco_file, "--format", "coco", "--out", out, "--category", "dog") == 0
    assert set(COCO(out).anns) == {3}
    assert run("export", coco_file, "--format", "coco", "--out", tmp_path / "y.json", "--category", "cow") == 1
    assert "cow" in capsys.readouterr().err


def test_nothing_is_replaced(coco_file, capsys):
    before = coco_file.read_bytes()
    assert run("export", coco_file, "--format", "coco", "--out", coco_file) == 1
    assert "exists already" in the_complaint(capsys)
    assert coco_file.read_bytes() == before


def test_wrong_usage(coco_file, tmp_path, capsys):
    assert "--out" in refuse(capsys, "export", coco_file, "--format", "yolo")
    assert "tiff" in refuse(capsys, "export", coco_file, "--format", "tiff", "--out", tmp_path / "x")
    for words in (("--val", "1"), ("--val", "x"), ("--tolerance", "-1"), ("--tolerance", "nan")):
        refuse(capsys, "export", coco_file, "--format", "yolo", "--out", tmp_path / "x", *words)
    assert "--out" in refuse(capsys, "import", coco_file)
    assert "must end in .json" in refuse(capsys, "import", coco_file, "--out", tmp_path / "x")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("labelme", "--val", "0.2"), "--val does not go with labelme"),
        (("masks", "--val", "0.2"), "only with coco, yolo, voc"),
        (("voc", "--tolerance", "1"), "--tolerance goes with polygons"),
        (("labelme", "--shape", "exact", "--tolerance", "1"), "--tolerance goes with polygons"),
        (("coco", "--tolerance", "1"), "add --shape polygons"),
        (("yolo", "--shape", "exact"), "--shape exact does not go with yolo"),
        (("voc", "--shape", "polygons"), "--shape polygons does not go with voc"),
    ],
)
def test_what_a_format_has_not_is_refused_and_not_left_undone(coco_file, tmp_path, words, told, capsys):
    out = tmp_path / ("out.json" if words[0] == "coco" else "out")
    assert told in refuse(capsys, "export", coco_file, "--out", out, "--format", *words)
    assert not out.exists()


def test_a_coco_file_ends_in_json(coco_file, tmp_path, capsys):
    assert "must end in .json" in refuse(capsys, "export", coco_file, "--format", "coco", "--out", tmp_path / "x")


def test_a_folder_of_images_that_is_not_there_is_named(coco_file, capsys, tmp_path):
    assert run("import", coco_file, "--out", tmp_path / "new.json", "--images", tmp_path / "nowhere") == 1
    assert "nowhere is no folder" in the_complaint(capsys)


def test_import_adds_and_keeps_the_old_version(coco_file, tmp_path, capsys):
    before = masks(coco_file)
    content = json.loads(coco_file.read_bytes())
    content["annotations"] = [{**content["annotations"][0], "id": 1, "category_id": 2}, content["annotations"][1]]
    other = tmp_path / "other.json"
    other.write_text(json.dumps(content), encoding="utf-8")
    old = coco_file.read_bytes()

    assert run("import", other, "--out", coco_file, "--preview") == 0
    assert "instances: 1 new, 1 there already" in capsys.readouterr().out
    assert coco_file.read_bytes() == old

    assert run("import", other, "--out", coco_file) == 0
    after = masks(coco_file)
    assert {key: after[key] for key in before} == before
    assert sum(after.values()) == 4
    assert [path.read_bytes() for path in coco_file.parent.glob(".annotator-backups/*.json")] == [old]
    assert run("import", other, "--out", coco_file) == 0
    assert masks(coco_file) == after


def test_import_names_what_it_leaves_out_of_what_is_there(coco_file, tmp_path, capsys):
    content = json.loads(coco_file.read_bytes())
    content["images"][0]["annotator"] = {"note": "look again"}
    content["annotations"][0]["annotator"] = {"review": "rejected"}
    other = tmp_path / "other.json"
    other.write_text(json.dumps(content), encoding="utf-8")
    assert run("import", other, "--out", coco_file, "--preview") == 0
    said = capsys.readouterr().out
    assert f"left out: what is said of {content['images'][0]['file_name']}" in said
    assert "left out: what is said of 1 instances there already" in said


def test_import_adds_images_that_lie_there_and_names_those_that_do_not(coco_file, tmp_path, capsys):
    content = json.loads(coco_file.read_bytes())
    Image.new("L", (12, 10)).save(tmp_path / "c.png")
    new = [{"id": n, "file_name": f"{name}.png", "height": 10, "width": 12} for n, name in ((7, "c"), (8, "d"))]
    shape = content["annotations"][0]
    content["images"] = new
    content["annotations"] = [{**shape, "id": 10 + image["id"], "image_id": image["id"]} for image in new]
    (tmp_path / "other.json").write_text(json.dumps(content), encoding="utf-8")
    assert run("import", tmp_path / "other.json", "--out", coco_file) == 0
    out = capsys.readouterr().out
    assert "images: 1 new" in out
    assert "left out: d.png, which the file does not list and which is not in" in out
    assert sorted(image["file_name"] for image in COCO(coco_file).imgs.values()) == ["a.png", "b.png", "c.png"]
    assert run("check", coco_file) == 0


def test_import_does_not_write_what_another_process_edits(coco_file, tmp_path, capsys):
    lock = DatasetLock(coco_file)
    try:
        assert run("import", coco_file, "--out", coco_file) == 1
        assert "is being edited" in the_complaint(capsys)
    finally:
        lock.release()


@pytest.mark.parametrize("command", ["import", "prelabel"])
def test_what_a_window_left_unsaved_is_not_got_in_the_way_of(coco_file, tmp_path, capsys, monkeypatch, command):
    """The numbers that its new masks have would be given a second time, to others."""
    monkeypatch.setattr("annotator.paths.state_dir", lambda: tmp_path / "state")
    document = coco.read(coco_file)
    nothing = {"on_committed": lambda _: None, "on_failed": pytest.fail}
    journal, _ = open_journal(tmp_path / "state" / "journals", document, coco_file, **nothing)
    journal.record(AddCategory(Category(document.take_id(Category), "new")), applied=True)
    journal.close()
    before = coco_file.read_bytes()
    words = ("import", coco_file) if command == "import" else ("prelabel", coco_file.parent)
    assert run(*words, "--out", coco_file) == 1
    assert "unsaved work in the window's journal (changes: 1," in the_complaint(capsys)
    assert coco_file.read_bytes() == before
    journal, _ = open_journal(tmp_path / "state" / "journals", document, coco_file, **nothing)
    journal.close(discard=True)
    assert run("import", coco_file, "--out", coco_file) == 0


def test_import_finds_images_elsewhere(coco_file, tmp_path, capsys):
    assert run("export", coco_file, "--format", "masks", "--out", tmp_path / "out" / "masks") == 0
    capsys.readouterr()
    assert run("import", tmp_path / "out" / "masks", "--out", tmp_path / "out" / "new.json") == 1
    assert "images" in the_complaint(capsys)
    assert run("import", tmp_path / "out" / "masks", "--out", tmp_path / "out" / "new.json", "--images", tmp_path) == 0
    assert masks(tmp_path / "out" / "new.json") == masks(coco_file)


def test_import_names_the_file_that_is_wrong(coco_file, tmp_path, capsys):
    (tmp_path / "labels").mkdir()
    (tmp_path / "classes.txt").write_text("cat\n")
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.1\n")
    assert run("import", tmp_path, "--out", tmp_path / "new.json") == 1
    assert "line 1" in the_complaint(capsys)
    assert not list(tmp_path.glob("*new.json*"))  # no lock is left either


def test_the_worst_mask_is_named(tmp_path, capsys):
    ys, xs = np.mgrid[:60, :60]
    disc = ((xs - 30) ** 2 + (ys - 30) ** 2 < 20**2).astype(np.uint8)
    Image.fromarray(disc * 255).save(tmp_path / "mask.png")
    (tmp_path / "images").mkdir()
    Image.new("L", (60, 60)).save(tmp_path / "images" / "mask.jpg")
    assert run("import", tmp_path, "--format", "masks", "--out", tmp_path / "x.json") == 0
    words = ("--format", "labelme", "--out", tmp_path / "out", "--tolerance", "2")
    assert run("export", tmp_path / "x.json", *words) == 0
    out = capsys.readouterr().out
    assert "    instance 1: IoU 0.9" in out


def test_proposals_left_out_are_counted(coco_file, tmp_path, capsys):
    document = coco.read(coco_file)
    for instance in list(document.instances.values()):
        document.remove(instance)
        document.put(StoredProposal(instance.id, instance.image_id, instance.category_id, instance.mask, 0.9))
    coco.write(document, coco_file)
    words = ("export", coco_file, "--format", "yolo", "--out")
    assert run(*words, tmp_path / "without") == 0
    out = capsys.readouterr().out
    assert "proposals left out: 3; --proposals exports them" in out
    assert "instances: none" in out
    assert "worst IoU" not in out
    assert run(*words, tmp_path / "with", "--proposals") == 0
    out = capsys.readouterr().out
    assert "instances: 3, 3 of them with exactly the same mask" in out
    assert "of these 3 are only proposed" in out
    assert "not held: proposals become instances, as if they had been accepted: 3 (instances 1, 2, 3)" in out
    assert "left out" not in out
