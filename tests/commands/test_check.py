"""`annotator check` and `annotator stats`: what they print, write and return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from annotator.core.dataset import open_dataset
from annotator.errors import DatasetError
from tests.console import refuse, run, the_complaint


@pytest.fixture
def coco_file(tmp_path: Path) -> Path:
    Image.new("L", (12, 10)).save(tmp_path / "a.png")
    path = tmp_path / "instances.json"
    box = {"bbox": [1, 2, 3, 4], "area": 12, "segmentation": [[1, 2, 4, 2, 4, 6, 1, 6]], "iscrowd": 0}
    content = {
        "images": [{"id": 1, "file_name": "a.png", "height": 10, "width": 12}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, **box}],
        "categories": [{"id": 1, "name": "猫"}],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_sound_file(coco_file, capsys):
    assert run("check", coco_file) == 0
    assert "no problems" in capsys.readouterr().out


def test_problems_are_printed_and_make_exit_code_1(coco_file, capsys):
    (coco_file.parent / "a.png").unlink()
    coco_file.write_text(coco_file.read_text(encoding="utf-8").replace('"area": 12', '"area": 40'), encoding="utf-8")
    assert run("check", coco_file) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["image 1", "annotation 1", str(coco_file)]
    assert "2 problems" in lines[-1]


BROKEN = ["", " \n", "{", '{"images": [}', '{"images": [], "shapes": 1 2}', "[" * 5000]


@pytest.mark.parametrize("text", [*BROKEN, "[1, 2]", '{"a": 1}', '"\\ud800"'], ids=repr)
def test_one_cause_has_one_sentence_whoever_finds_it(coco_file, tmp_path, text, capsys):
    coco_file.write_text(text, encoding="utf-8")
    new = tmp_path / "new.json"
    with pytest.raises(DatasetError) as of_window:
        open_dataset([coco_file])
    told = {str(of_window.value)}
    commands: list[tuple[object, ...]] = [("stats", coco_file), ("import", coco_file, "--format", "coco", "--out", new)]
    commands.append(("export", coco_file, "--format", "yolo", "--out", tmp_path / "new"))
    if text in BROKEN:
        commands.append(("import", coco_file, "--format", "labelme", "--out", new))
    for words in commands:
        assert run(*words) == 1
        told.add(the_complaint(capsys).removeprefix("annotator: ").strip())
    assert run("check", coco_file) == 1
    told.add(capsys.readouterr().out.splitlines()[0])
    (sentence,) = told
    assert sentence.count(str(coco_file)) == 1


def test_the_index_of_masks_that_is_no_json_is_told_in_the_same_words(tmp_path, capsys):
    (tmp_path / "masks.json").write_text("{", encoding="utf-8")
    assert run("import", tmp_path, "--format", "masks", "--out", tmp_path / "new.json") == 1
    assert "masks.json is not valid JSON (" in the_complaint(capsys)


def test_what_an_import_puts_right_is_said(coco_file, capsys):
    assert run("check", coco_file) == 0
    assert "annotator import" not in capsys.readouterr().out
    content = json.loads(coco_file.read_bytes())
    content["annotations"][0]["area"] = 1
    coco_file.write_text(json.dumps(content), encoding="utf-8")
    assert run("check", coco_file) == 1
    assert "annotator import" not in capsys.readouterr().out  # it can be opened
    content["annotations"][0]["id"] = "one"
    coco_file.write_text(json.dumps(content), encoding="utf-8")
    assert run("check", coco_file) == 1
    assert "annotator import" in capsys.readouterr().out.splitlines()[-1]
    content["annotations"][0]["image_id"] = 99
    coco_file.write_text(json.dumps(content), encoding="utf-8")
    assert run("check", coco_file) == 1
    assert "annotator import" not in capsys.readouterr().out


def test_images_can_lie_elsewhere(coco_file, tmp_path, capsys):
    moved = tmp_path / "images" / "a.png"  # where the window would find it
    moved.parent.mkdir()
    (tmp_path / "a.png").rename(moved)
    assert run("check", coco_file) == 0
    elsewhere = tmp_path / "deep" / "down"
    elsewhere.mkdir(parents=True)
    moved.rename(elsewhere / "a.png")
    assert run("check", coco_file) == 1
    assert run("check", coco_file, "--images", elsewhere) == 0


def test_a_missing_file_is_an_error(tmp_path, capsys):
    assert run("check", tmp_path / "no.json") == 1
    assert "no.json" in the_complaint(capsys)
    assert run("stats", tmp_path / "no.json") == 1


def test_stats_are_printed(coco_file, capsys):
    assert run("stats", coco_file) == 0
    out, err = capsys.readouterr()
    assert not err
    assert "images: 1, 1 with instances" in out
    assert "        1       1         12  猫" in out
    assert [path.name for path in coco_file.parent.glob("*.html")] == []


def test_stats_of_proposals_alone_say_what_is_there(coco_file, capsys):
    content = json.loads(coco_file.read_bytes())
    content["annotations"][0].update(score=0.9, annotator={"state": "proposal"})
    coco_file.write_text(json.dumps(content), encoding="utf-8")
    assert run("stats", coco_file) == 0
    assert capsys.readouterr().out.splitlines() == [
        "images: 1, 0 with instances",
        "instances: none yet; proposals become instances once accepted",
        "proposals: 1 on 1 of the images",
        "",
        "proposals  category",
        "        1  猫",
        "",
        "proposals  square root of the area, px",
        "        1  2-3",
    ]


def test_stats_of_a_file_without_annotations_have_no_empty_sections(coco_file, capsys):
    content = json.loads(coco_file.read_bytes())
    content.update(annotations=[], categories=[])
    coco_file.write_text(json.dumps(content), encoding="utf-8")
    assert run("stats", coco_file) == 0
    assert capsys.readouterr().out == "images: 1, 0 with instances\ninstances: none yet\n"


@pytest.mark.parametrize(("words", "name"), [(["--html"], "instances.html"), (["--html", "page.htm"], "page.htm")])
def test_stats_write_a_page(coco_file, words, name, monkeypatch, capsys):
    monkeypatch.chdir(coco_file.parent)
    assert run("stats", coco_file, *words) == 0
    assert "猫" in (coco_file.parent / name).read_text(encoding="utf-8")
    said = capsys.readouterr()
    assert "saved: " in said.out
    assert name in said.out
    assert not said.err


def test_the_page_is_in_the_language_asked_for(coco_file):
    assert run("stats", coco_file, "--html", "--language", "zh-CN") == 0
    page = coco_file.with_suffix(".html").read_text(encoding="utf-8")
    assert 'lang="zh-CN"' in page
    assert f"{coco_file.parent.name}/{coco_file.name}" in page


def test_the_file_may_come_last(coco_file):
    assert run("stats", "--html", coco_file) == 0
    assert "猫" in coco_file.with_suffix(".html").read_text(encoding="utf-8")


def test_the_page_does_not_replace_another_dataset(coco_file, tmp_path, capsys):
    older = tmp_path / "older.json"
    older.write_bytes(coco_file.read_bytes())
    assert "has to end in .html" in refuse(capsys, "stats", "--html", str(older), str(coco_file))
    assert older.read_bytes() == coco_file.read_bytes()
    assert "FILE.json" in refuse(capsys, "stats", "--html")


def test_the_page_does_not_replace_the_file(coco_file, capsys):
    assert "has to end in .html" in refuse(capsys, "stats", str(coco_file), "--html", str(coco_file))
