"""The quick look at a header says what Pillow says, or nothing."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from annotator.core import images
from annotator.core.images import ImageHeader, read_header
from annotator.core.plain_headers import plain_size
from annotator.errors import ImageError

SIZE = (37, 21)  # width, height


def encoded(mode: str, kind: str, **options) -> bytes:
    file = io.BytesIO()
    Image.new(mode, SIZE).save(file, kind, **options)
    return file.getvalue()


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


ORDINARY = {
    "jpeg": encoded("RGB", "JPEG"),
    "grey jpeg": encoded("L", "JPEG"),
    "progressive jpeg": encoded("RGB", "JPEG", progressive=True),
    "optimised jpeg": encoded("RGB", "JPEG", optimize=True, quality=40),
    "png": encoded("RGB", "PNG"),
    "grey png": encoded("L", "PNG"),
    "transparent png": encoded("RGBA", "PNG"),
    "two-colour png": encoded("1", "PNG"),
    "deep png": encoded("I;16", "PNG"),
    "png with a resolution": encoded("RGB", "PNG", dpi=(300, 300)),
}
OTHERS = {
    "turned jpeg": encoded("RGB", "JPEG", exif=turned()),
    "turned png": encoded("RGB", "PNG", exif=turned()),
    "png with a text": encoded("RGB", "PNG", pnginfo=(lambda info: info.add_text("a", "b") or info)(PngInfo())),
    "bmp": encoded("RGB", "BMP"),
    "webp": encoded("RGB", "WEBP"),
    "empty": b"",
}


@pytest.fixture
def by_pillow(monkeypatch):
    """read_header without the quick look."""

    def read(path: Path) -> ImageHeader:
        with monkeypatch.context() as patch:
            patch.setattr(images, "plain_size", lambda path: None)
            return read_header(path)

    return read


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_file_needs_no_more(name, tmp_path):
    path = tmp_path / "image"
    path.write_bytes(ORDINARY[name])
    assert plain_size(path) == SIZE[::-1]


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_is_left_to_pillow(name, tmp_path):
    path = tmp_path / "image"
    path.write_bytes(OTHERS[name])
    assert plain_size(path) is None


def test_a_turned_jpeg_is_turned(tmp_path):
    path = tmp_path / "image.jpg"
    path.write_bytes(OTHERS["turned jpeg"])
    assert read_header(path) == ImageHeader(height=SIZE[0], width=SIZE[1])


def test_a_folder_and_a_missing_file_are_left_to_pillow(tmp_path):
    assert plain_size(tmp_path) is None
    assert plain_size(tmp_path / "none.png") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(ORDINARY)), st.data())
def test_what_it_says_of_damaged_files_pillow_says_too(by_pillow, tmp_path, name, data):
    content = bytearray(ORDINARY[name])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, min(len(content), 700) - 1))
        content[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    if name.endswith("png") and data.draw(st.booleans()):
        # With the check sum that fits, so that the header is not refused for that alone.
        content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path = tmp_path / "image"
    path.write_bytes(content)
    found = plain_size(path)
    if found is None or found[0] * found[1] > images.MAX_PIXELS:
        return
    try:
        expected = by_pillow(path)
    except ImageError as error:
        pytest.fail(f"Pillow refuses it: {error}")
    assert ImageHeader(*found) == expected
