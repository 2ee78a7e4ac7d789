"""Settings: kept in their file, checked when read, and put into effect at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication

from annotator import paths
from annotator.gui.dialogs.settings import SettingsDialog
from annotator.gui.settings import Settings, Theme
from annotator.gui.theme import apply_theme, is_dark
from annotator.gui.workspace import Workspace
from annotator.segment.disk_cache import DiskCache
from tests.gui.conftest import FakeProcess, window_over


def test_values_are_found_again(tmp_path):
    file = tmp_path / "设置" / "settings.ini"
    settings = Settings(file)
    assert (settings.language, settings.theme, settings.weights) == ("", Theme.SYSTEM, None)
    settings.language = "zh_CN"
    settings.theme = Theme.DARK
    settings.embedding_megabytes = 1000
    settings.image_megabytes = 2000
    settings.disk_cache_megabytes = 0
    settings.hover_preview = False
    settings.starter_banner_closed = True
    settings.weights = Path("/权重/a.safetensors")
    settings.last_folder = Path("/照片")
    again = Settings(file)
    assert again.language == "zh_CN"
    assert again.theme is Theme.DARK
    assert again.embedding_bytes == 1000 * 2**20
    assert again.image_bytes == 2000 * 2**20
    assert again.disk_cache_bytes == 0
    assert again.hover_preview is False
    assert again.starter_banner_closed is True
    assert again.weights == Path("/权重/a.safetensors")
    assert again.last_folder == Path("/照片")


def test_they_lie_in_the_users_configuration_folder():
    Settings().last_folder = Path("/here")
    assert (paths.config_dir() / "settings.ini").is_file()


@pytest.mark.parametrize("nonsense", ["", "purple", "-5", "99999999", "1e3"])
def test_nonsense_in_the_file_counts_as_not_set(tmp_path, nonsense):
    store = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    for key in ("theme", "embedding_megabytes", "image_megabytes", "hover_preview", "recent", "layout/window"):
        store.setValue(key, nonsense)
    store.sync()
    settings = Settings(tmp_path / "s.ini")
    assert settings.theme is Theme.SYSTEM
    assert settings.embedding_megabytes == 128
    assert settings.image_megabytes == 256
    assert settings.layout("window").isEmpty()


def test_a_change_is_told_once_and_no_change_is_not(tmp_path, qtbot):
    settings = Settings(tmp_path / "s.ini")
    with qtbot.waitSignal(settings.theme_changed):
        settings.theme = Theme.LIGHT
    with qtbot.assertNotEmitted(settings.theme_changed):
        settings.theme = Theme.LIGHT


@hypothesis.settings(max_examples=25)  # each writes a file many times
@given(st.lists(st.sampled_from(list("abcdefghijkl")), max_size=30))
def test_recent_paths_are_newest_first_without_doubles(tmp_path_factory, names):
    settings = Settings(tmp_path_factory.mktemp("recent") / "s.ini")
    expected: list[Path] = []
    for name in names:
        path = Path(f"/data/{name}, x")
        settings.add_recent(path)
        expected = [path, *(other for other in expected if other != path)][:8]
        assert list(settings.recent) == expected


def test_the_folder_of_a_recent_files_images_is_remembered(tmp_path, qtbot):
    settings = Settings(tmp_path / "s.ini")
    file, other = Path("/data/标注.json"), Path("/data/b.json")
    settings.add_recent(file, Path("/photos/猫"))
    settings.add_recent(other)
    again = Settings(tmp_path / "s.ini")
    assert again.recent_image_root(file) == Path("/photos/猫")
    assert again.recent_image_root(other) is None
    with qtbot.waitSignal(again.recent_changed):
        again.add_recent(other, Path("/elsewhere"))
    again.add_recent(file)  # it was opened without this time
    assert again.recent_image_root(file) is None
    for number in range(8):
        again.add_recent(Path(f"/many/{number}"))
    assert again.recent_image_root(other) is None
    QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat).setValue("recent_image_roots", "[nonsense")
    assert Settings(tmp_path / "s.ini").recent_image_root(other) is None


def test_dialog_shows_the_settings_and_ok_applies_them(qtbot, settings):
    settings.theme = Theme.DARK
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    assert dialog.theme.currentText() == "Dark"
    dialog.theme.setCurrentText("Light")
    dialog.language.setCurrentText("简体中文")
    dialog.hover_preview.setChecked(False)
    dialog.embedding_megabytes.setValue(640)
    dialog.image_megabytes.setValue(1024)
    dialog.reject()
    assert settings.theme is Theme.DARK
    dialog.accept()
    assert settings.theme is Theme.LIGHT
    assert settings.language == "zh_CN"
    assert not settings.hover_preview
    assert (settings.embedding_megabytes, settings.image_megabytes) == (640, 1024)


def test_cache_sizes_reach_the_caches(keeper, settings):
    settings.embedding_megabytes = 64
    settings.image_megabytes = 128
    workspace = keeper.window.workspace
    assert workspace.inference._embeddings._max_bytes == 64 * 2**20
    assert workspace._loader._kept_bytes == 128 * 2**20


def mean_lightness(icon: QIcon) -> float:
    """Of the pixels that are drawn."""
    image = icon.pixmap(24, 24).toImage()
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    drawn = [image.pixelColor(x, y).lightness() for x, y in points if image.pixelColor(x, y).alpha() > 200]
    return sum(drawn) / len(drawn)


def test_theme_takes_effect_at_once_and_every_icon_follows(keeper, settings):
    window = keeper.window
    for theme, dark in ((Theme.DARK, True), (Theme.LIGHT, False), (Theme.DARK, True)):
        settings.theme = theme
        assert is_dark() is dark
        QApplication.processEvents()
        icons = {button.toolTip(): button.icon() for button in window.findChildren(QAbstractButton)}
        icons |= {action.text(): action.icon() for action in window.actions()}
        drawn = {name: mean_lightness(icon) for name, icon in icons.items() if not icon.isNull() and name}
        assert len(drawn) >= 5
        assert {name for name, lightness in drawn.items() if (lightness > 100) is not dark} == set()


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
def test_text_has_contrast(keeper, theme):
    apply_theme(theme)
    palette, role = QApplication.palette(), QPalette.ColorRole
    pairs = ((role.WindowText, role.Window), (role.Text, role.Base), (role.ButtonText, role.Button))
    for text, ground in pairs:
        assert contrast(palette.color(text), palette.color(ground)) >= 7
        group = QPalette.ColorGroup.Disabled
        assert contrast(palette.color(group, text), palette.color(ground)) >= 3
    assert contrast(palette.color(role.HighlightedText), palette.color(role.Highlight)) >= 4


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(color: QColor) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_window_comes_back_as_it_was_left(settings, process, qtbot):
    window = window_over(lambda: process, settings)
    qtbot.addWidget(window)
    window.show()
    window.pages.setCurrentWidget(window.work_page)
    window.canvas.setMinimumWidth(100)  # the screen of the tests is small
    screen = window.screen().availableSize()
    window.resize(screen.width() - 10, screen.height() - 100)
    before = window.work_page.sizes()
    window.work_page.moveSplitter(before[0] + 20, 1)
    sizes = window.work_page.sizes()
    assert sizes != before
    window.close()
    again = window_over(lambda: process, settings)
    qtbot.addWidget(again)
    again.show()
    assert again.size() == window.size()
    again.canvas.setMinimumWidth(100)
    again.pages.setCurrentWidget(again.work_page)
    qtbot.waitUntil(lambda: again.work_page.sizes() == sizes)


def test_settings_are_reached_from_the_menu(window, qtbot):
    window.actions_.settings.trigger()
    dialog = window.findChild(SettingsDialog)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_disk_cache_shows_its_size_and_can_be_cleared(settings, qtbot, tmp_path):
    cache = DiskCache(tmp_path / "embeddings", 2**30)
    fake = FakeProcess(image_size=256)
    embedding = fake.encode(np.zeros((8, 8, 3), np.uint8))
    for number in range(8):
        cache.put(f"{number}", replace(embedding, fingerprint=f"{number}"))
    workspace = Workspace(lambda: fake, disk_cache=cache)
    dialog = SettingsDialog(settings, workspace=workspace)
    qtbot.addWidget(dialog)
    dialog.show()
    row = dialog.disk_cache
    qtbot.waitUntil(row.clear.isEnabled)
    assert row.used.text() == f"{cache.nbytes / 2**20:.0f} MB in use" != "0 MB in use"
    qtbot.mouseClick(row.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row.used.text() == "0 MB in use")
    assert cache.nbytes == 0
    assert not row.clear.isEnabled()
    workspace.close()


def test_a_smaller_disk_cache_makes_room_at_once(keeper, settings, qtbot, tmp_path):
    cache = DiskCache(tmp_path / "embeddings", 2**30)
    embedding = FakeProcess(image_size=256).encode(np.zeros((8, 8, 3), np.uint8))
    for number in range(20):
        cache.put(f"{number}", replace(embedding, fingerprint=f"{number}"))
    keeper.window.workspace.disk_cache = cache
    before = cache.nbytes
    assert before > 2 * 2**20
    settings.disk_cache_megabytes = 2
    qtbot.waitUntil(lambda: cache.nbytes <= 2 * 2**20)
    assert cache.nbytes > 2**20
