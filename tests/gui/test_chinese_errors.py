"""Errors that are raised far from the window are said in the window's language."""

from __future__ import annotations

import json
import re

import pytest
from PySide6.QtCore import Qt

from annotator.errors import Sentence
from annotator.gui.dialogs.weights import WeightsDialog
from annotator.gui.language import translated
from annotator.gui.settings import Theme
from tests.gui.conftest import Hands

# What may stay in Latin letters: names of files, formats and keys, and what another library says in brackets.
_FOREIGN = re.compile(r"\S*[/.]\S+|（[^）]*）|“[^”]*”|COCO|JSON|TinySAM|file_name")


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
    with qtbot.waitSignal(window.workspace.opening_failed, timeout=10_000):
        window.open_paths([path])
    assert window.messages.isVisible()
    return window.messages.text


PICTURE = {"id": 1, "file_name": "a.png", "height": 160, "width": 240}
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
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_coco_file(chinese, folder, qtbot, name):
    content, expected = BROKEN[name]
    text = open_broken(chinese, folder / "标注.json", content, qtbot)
    assert expected in text
    assert "标注.json" in text
    assert is_chinese(text), text


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
    assert "权重.pth 不是权重文件" in dialog.outcome.text()
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
