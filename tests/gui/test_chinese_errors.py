"""Errors that are raised far from the window are said in the window's language."""

from __future__ import annotations

import errno
import json
import math
import os
import re
import socket
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from annotator.core.dataset import open_dataset
from annotator.core.document import ImageRecord
from annotator.errors import Sentence
from annotator.gui.dialogs.weights import WeightsDialog
from annotator.gui.keeping import Keeping
from annotator.gui.language import translated
from annotator.gui.settings import Theme
from annotator.segment.prelabel_adding import problem_of
from annotator.segment.prelabel_task import ImageResult
from tests.gui.conftest import Hands

# What may stay in Latin letters: names of files, formats and keys, and what another library says in brackets.
_FOREIGN = re.compile(r"\S*[/.]\S+|（[^）]*）|“[^”]*”|COCO|JSON|NaN|TinySAM|file_name")


def is_chinese(text: str) -> bool:
    """Whether no English word is left outside names and quotations."""
    rest = _FOREIGN.sub("", text)
    return bool(re.search("[\u4e00-\u9fff]", rest)) and not re.search("[A-Za-z]{3,}", rest)


@pytest.fixture
def chinese(keeper, settings):
    settings.language = "zh_CN"
    return keeper.window


def open_broken(window, path, content, qtbot) -> str:
    """What the message bar says of a COCO file with that content."""
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    with qtbot.waitSignal(window.workspace.opener.failed, timeout=10_000):
        window.open_paths([path])
    assert window.messages.isVisible()
    return window.messages.text


PICTURE = {"id": 1, "file_name": "a.png", "height": 160, "width": 240}
CAT = {"id": 3, "name": "cat"}


def annotated(*, twice: bool = False, **keys) -> dict:
    """A COCO file with one annotation, or the same one twice."""
    annotation = {"id": 7, "image_id": 1, "category_id": 3, "bbox": [1, 1, 5, 5]} | keys
    return {"images": [PICTURE], "categories": [CAT], "annotations": [annotation] * (2 if twice else 1)}


BROKEN = {
    "no JSON": ("{", "不是有效的 JSON"),
    "no images": ({"annotations": []}, "“images”"),
    "equal ids": ({"images": [PICTURE, PICTURE]}, "图像 1 无法使用：有另一条的 id 与它相同"),
    "no id": ({"images": [{"file_name": "a.png"}]}, "列表中第 1 个图像"),
    "leaves the folder": ({"images": [PICTURE | {"file_name": "../a.png"}]}, "文件夹之外"),
    "unknown category": (
        {"images": [PICTURE], "annotations": [{"id": 7, "image_id": 1, "category_id": 3, "bbox": [0, 0, 1, 1]}]},
        "标注 7 无法使用：没有编号为 3 的类别",
    ),
    "odd polygon": (
        {
            "images": [PICTURE],
            "categories": [{"id": 3, "name": "cat"}],
            "annotations": [{"id": 7, "image_id": 1, "category_id": 3, "segmentation": [[1, 2, 3, 4, 5, 6, 7]]}],
        },
        "至少三对 x、y",
    ),
    "empty": ("", "是空的"),
    "a list": ([], "“images”"),
    "equal ids of annotations": (annotated(twice=True), "标注 7 无法使用：有另一条的 id 与它相同"),
    "equal ids of categories": ({"images": [PICTURE], "categories": [CAT, CAT]}, "类别 3 无法使用：有另一条的 id"),
    "unknown image": (annotated(image_id=9), "没有编号为 9 的图像"),
    "NaN": (json.dumps(annotated(bbox=[math.nan, 1, 2, 3])), "NaN"),
    "infinity": (json.dumps(annotated()).replace("[1, 1, 5, 5]", "[1e999, 1, 5, 5]"), "NaN 或无穷大"),
    "id that is text": ({"images": [PICTURE | {"id": "甲"}]}, "列表中第 1 个图像无法使用：它的 id 是"),
    "annotation's id that is text": (annotated(id="7"), "列表中第 1 个标注无法使用：它的 id 是"),
    "absolute path": ({"images": [PICTURE | {"file_name": "/etc/a.png"}]}, "是绝对路径"),
    "far outside": (annotated(segmentation=[[0, 0, 1e9, 0, 1e9, 1e9]]), "某个多边形"),
    "run-lengths of another size": (annotated(segmentation={"size": [10, 10], "counts": [100]}), "游程编码的尺寸"),
    "run-lengths that are too short": (annotated(segmentation={"size": [160, 240], "counts": [100]}), "38400 个像素"),
    "damaged run-lengths": (annotated(segmentation={"size": [160, 240], "counts": "zz!!"}), "压缩游程编码已损坏"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_coco_file(chinese, folder, qtbot, name):
    content, expected = BROKEN[name]
    workspace = chinese.workspace
    with qtbot.waitSignal(workspace.opened, timeout=10_000):
        chinese.open_paths([folder])
    workspace.editor.categories.add("disc")
    document = workspace.model.document
    text = open_broken(chinese, folder / "标注.json", content, qtbot)
    assert expected in text
    assert "标注.json" in text
    assert is_chinese(text), text
    # Nothing is lost of what was open, and it can still be saved.
    assert workspace.model.document is document
    assert [category.name for category in document.categories.values()] == ["disc"]
    Hands(chinese, qtbot).save()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("没有.json", "不存在或无法访问"), ("没有", "不存在或无法访问"), ("空的", "没有图像"), ("说明.txt", "无法打开")],
)
def test_what_cannot_be_opened(chinese, tmp_path, qtbot, name, expected):
    (tmp_path / "空的").mkdir()
    (tmp_path / "说明.txt").write_text("hello", "utf-8")
    with qtbot.waitSignal(chinese.workspace.opener.failed, timeout=10_000):
        chinese.open_paths([tmp_path / name])
    assert name in chinese.messages.text
    assert expected in chinese.messages.text
    assert "或" in chinese.messages.text or "请" in chinese.messages.text
    assert is_chinese(re.sub("JPEG, PNG, WebP, BMP, GIF, TIFF", "", chinese.messages.text)), chinese.messages.text


def test_a_folder_that_may_not_be_read(chinese, folder, qtbot, monkeypatch):
    scan = os.scandir

    def refuse(path="."):
        if Path(path) == folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with qtbot.waitSignal(chinese.workspace.opener.failed, timeout=10_000):
        chinese.open_paths([folder])
    assert chinese.messages.text == f"无法读取文件夹 {folder}（没有权限）：请检查它的权限。"


@pytest.mark.parametrize("segmentation", [[[-50, -50, 500, -50, 500, 500]], [[300, 200, 400, 200, 400, 300]]])
def test_polygons_outside_the_image_are_cut_off_on_screen_and_kept_in_the_file(chinese, folder, qtbot, segmentation):
    path = folder / "标注.json"
    path.write_text(json.dumps(annotated(segmentation=segmentation)), "utf-8")
    hands = Hands(chinese, qtbot)
    hands.open(path)
    hands.wait_image("a.png")
    chinese.workspace.editor.categories.add("disc")
    hands.save()
    (annotation,) = json.loads(path.read_text("utf-8"))["annotations"]
    assert annotation["segmentation"] == segmentation


def test_sizes_that_differ_from_the_file(chinese, folder, qtbot):
    path = folder / "标注.json"
    path.write_text(json.dumps({"images": [PICTURE | {"width": 100}], "categories": [CAT]}), "utf-8")
    Hands(chinese, qtbot).open(path)
    qtbot.waitUntil(lambda: "240 × 160" in chinese.canvas._message, timeout=10_000)
    assert "a.png" in chinese.canvas._message
    assert "请" in chinese.canvas._message
    assert is_chinese(chinese.canvas._message)


def test_images_that_are_not_where_the_file_says(chinese, folder, qtbot):
    path = folder / "标注.json"
    path.write_text(json.dumps({"images": [PICTURE | {"file_name": "没有.png"}]}), "utf-8")
    Hands(chinese, qtbot).open(path)
    qtbot.waitUntil(lambda: "没有.png" in chinese.canvas._message, timeout=10_000)
    assert is_chinese(chinese.messages.text)
    assert chinese.messages._action.text() == "指定图像位置..."


def test_an_image_that_is_removed_while_it_is_shown(chinese, folder, qtbot):
    hands = Hands(chinese, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    (folder / "a.png").unlink()
    hands.click(50, 80)  # it is in memory: work goes on
    hands.wait_mask()
    chinese.workspace.editor.accept_as_named("disc")
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    chinese.workspace.set_cache_bytes(embeddings=1, images=1, disk=1)
    hands.key(Qt.Key.Key_A)
    qtbot.waitUntil(lambda: "a.png" in chinese.canvas._message or chinese.canvas.image is not None, timeout=10_000)
    if chinese.canvas.image is None:
        assert is_chinese(chinese.canvas._message)
    saved = json.loads(hands.save().read_text("utf-8"))
    (annotation,) = saved["annotations"]
    assert {image["id"]: image["file_name"] for image in saved["images"]}[annotation["image_id"]] == "a.png"


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (2000, 3)])
def test_images_of_odd_sizes_can_be_worked_on(chinese, tmp_path, qtbot, size):
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    (tmp_path / "小.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    hands = Hands(chinese, qtbot)
    hands.open(tmp_path / "小.png")
    hands.wait_image("小.png")
    hands.click(size[0] // 2, size[1] // 2)
    hands.wait_mask()
    chinese.workspace.editor.accept_as_named("all")
    hands.key(Qt.Key.Key_F)
    chinese.grab()
    (annotation,) = json.loads(hands.save().read_text("utf-8"))["annotations"]
    assert annotation["area"] == size[0] * size[1]


def test_a_header_of_40_000_by_40_000_pixels(chinese, tmp_path, qtbot):
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    parts = (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"")), chunk(b"IEND", b""))
    (tmp_path / "大.png").write_bytes(b"".join(parts))
    Hands(chinese, qtbot).open(tmp_path)
    qtbot.waitUntil(lambda: "40000 × 40000" in chinese.canvas._message, timeout=10_000)
    assert "大.png" in chinese.canvas._message
    assert "请缩小它" in chinese.canvas._message
    assert is_chinese(chinese.canvas._message)


def test_an_image_that_cannot_be_read(chinese, folder, qtbot):
    (folder / "a.png").write_bytes(b"no picture")
    chinese.open_paths([folder])
    qtbot.waitUntil(lambda: "不是可以读取的图像" in chinese.canvas._message, timeout=10_000)
    assert chinese.status.zoom.text() == ""  # of the image before, if there was one
    index = chinese.images.list_model.index(0, 0)
    assert "不是可以读取的图像" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_a_checkpoint_that_is_none(chinese, tmp_path, settings, qtbot):
    path = tmp_path / "权重.pth"
    path.write_bytes(b"no weights at all")
    library = chinese._library
    dialog = WeightsDialog(library, settings, chinese)
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(library.import_failed, timeout=30_000):  # comes out of another process
        library.import_file(path)
    assert "权重.pth 的内容不是权重" in dialog.outcome.text()
    qtbot.waitUntil(lambda: library.importing is None)


def test_a_reason_in_brackets_is_translated_too(chinese):
    template = "The folder {folder} cannot be read ({reason}): check its permissions."
    assert (
        translated(Sentence(template, folder="/甲", reason=Sentence("Permission denied")))
        == "无法读取文件夹 /甲（没有权限）：请检查它的权限。"
    )


def test_what_is_no_sentence_is_left_alone(chinese):
    assert translated("already said {so}") == "already said {so}"
    assert translated(Sentence("nobody has translated {this}", this=1)) == "nobody has translated 1"


def test_the_segmenters_death_is_told_in_chinese(chinese, folder, process, qtbot):
    hands = Hands(chinese, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    process.deaths = 100
    hands.click(50, 80)
    qtbot.waitUntil(lambda: chinese.messages.isVisible() and "模型" in chinese.messages.text, timeout=10_000)


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
def test_what_is_said_in_place_of_an_image_can_be_read(keeper, settings, folder, qtbot, theme):
    settings.theme = theme
    window = keeper.window
    (folder / "a.png").write_bytes(b"no picture")
    window.open_paths([folder])
    qtbot.waitUntil(lambda: "a.png" in window.canvas._message, timeout=10_000)
    picture = window.canvas.grab().toImage()
    row = range(picture.height() // 2 - 20, picture.height() // 2 + 20)
    values = [picture.pixelColor(x, y).lightness() for y in row for x in range(0, picture.width())]
    assert max(values) - min(values) > 100


def test_why_nothing_can_be_drawn_in_a_second_window(chinese, folder, qtbot):
    dataset = open_dataset([folder])
    first = Keeping(dataset.document, dataset.coco_path)
    hands = Hands(chinese, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    assert is_chinese(chinese.messages.text.replace(socket.gethostname(), ""))
    for tool in ("brush", "polygon"):
        chinese.status.clearMessage()
        chinese.choose_tool(tool)
        hands.drag(30, 30, 60, 60)
        for x, y in ((20, 20), (60, 20), (60, 60)):
            hands.click(x, y)
        hands.key(Qt.Key.Key_Return)
        hands.wait_masks()
        said = chinese.status.currentMessage()
        assert said, tool
        assert is_chinese(said.replace(socket.gethostname(), "")), tool
    first.close(discard=False)


def test_an_image_of_another_size_in_a_run(chinese):
    problem = problem_of(ImageRecord(1, "a.png", 160, 240), ImageResult("a.png", 20, 30))
    assert isinstance(problem, Sentence)
    assert is_chinese(translated(problem))
    assert "30 × 20" in translated(problem)
