"""Reading images: every format and kind of colour, orientation applied once, and sentences for what cannot be read."""

from __future__ import annotations

import contextlib
import io
import struct
import threading
import warnings
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from annotator.core import images
from annotator.core.images import IMAGE_SUFFIXES, MAX_PIXELS, ImageHeader, read_header, read_image
from annotator.errors import ImageError

HEIGHT, WIDTH = 5, 8
COLOURS = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
GREY = COLOURS[:, :, 0]

# What a viewer has to do for each value of the EXIF orientation.
TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LOSSLESS = {
    "png": {},
    "webp": {"lossless": True},
    "bmp": {},
    "tif": {},
    "tiff": {"compression": "tiff_lzw"},
}


def seen(pixels: np.ndarray, orientation: int) -> np.ndarray:
    turn = TURNS[orientation]
    image = Image.fromarray(pixels)
    return np.asarray(image if turn is None else image.transpose(turn))


def saved(path: Path, pixels: np.ndarray, orientation: int | None = None, **options) -> Path:
    if orientation is not None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    Image.fromarray(pixels).save(path, **options)
    return path


def check(path: Path, expected: np.ndarray, tolerance: int = 0) -> str:
    """Compare header and pixels; the note comes back."""
    image = read_image(path)
    assert image.rgb.dtype == np.uint8
    assert image.rgb.flags.c_contiguous
    assert image.rgb.shape == expected.shape
    assert np.abs(image.rgb.astype(int) - expected).max() <= tolerance
    assert read_header(path) == ImageHeader(*expected.shape[:2])
    return image.note


# -- formats, orientation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_colours_come_as_they_are(tmp_path, suffix):
    assert check(saved(tmp_path / f"a.{suffix}", COLOURS, **LOSSLESS[suffix]), COLOURS) == ""
    assert f".{suffix}" in IMAGE_SUFFIXES


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "tiff"])
def test_orientation_is_applied_once(tmp_path, suffix, orientation):
    path = saved(tmp_path / f"a.{suffix}", COLOURS, orientation, **LOSSLESS[suffix])
    check(path, seen(COLOURS, orientation))


@pytest.mark.parametrize("orientation", TURNS)
def test_orientation_of_a_photo(tmp_path, orientation):
    # Large flat areas, which JPEG keeps.
    blocks = np.kron(np.array([[0, 255, 60], [200, 120, 30]], np.uint8), np.ones((16, 16), np.uint8))
    pixels = np.dstack([blocks, 255 - blocks, blocks // 2])
    check(saved(tmp_path / "a.jpg", pixels, orientation, quality=100, subsampling=0), seen(pixels, orientation), 4)


@pytest.mark.parametrize("orientation", TURNS)
def test_orientation_of_uncompressed_grey_and_alpha(tmp_path, orientation):
    check(saved(tmp_path / "grey.tif", GREY, orientation), seen(np.dstack([GREY] * 3), orientation))
    opaque = np.dstack([COLOURS, np.full_like(GREY, 255)])
    check(saved(tmp_path / "alpha.tif", opaque, orientation), seen(COLOURS, orientation))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(tmp_path, orientation):
    check(saved(tmp_path / "a.png", COLOURS, orientation), COLOURS)


@pytest.mark.parametrize("suffix", ["png", "webp"])
@pytest.mark.parametrize(
    "exif", [b"", b"Exif\0\0no EXIF", b"Exif\0\0II*\0\x08\0\0\0\xff\xff cut", b"Exif\0\0MM\0*\xff\xff"]
)
def test_damaged_exif_does_not_make_a_photo_unreadable(tmp_path, suffix, exif):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(COLOURS).save(path, exif=exif, **LOSSLESS[suffix])
    check(path, COLOURS)


def test_the_first_frame_of_a_gif_and_the_first_page_of_a_tiff(tmp_path):
    frames = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("#ff0000", "#00ff00")]
    for name in ("a.gif", "a.tif"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        check(tmp_path / name, np.full((HEIGHT, WIDTH, 3), (255, 0, 0), np.uint8))


def test_names_in_any_script(tmp_path):
    path = tmp_path / "数据 é" / "图像 №1.PNG"
    path.parent.mkdir()
    check(saved(path, COLOURS), COLOURS)
    deep = tmp_path / "数据 é" / "深.png"
    deep.write_bytes(cv2.imencode(".png", COLOURS.astype(np.uint16) * 257)[1].tobytes())
    assert read_image(deep).rgb.shape == COLOURS.shape


# -- kinds of colour ---------------------------------------------------------------------------------------------------


def test_grey_black_and_white_and_palette(tmp_path):
    check(saved(tmp_path / "grey.png", GREY), np.dstack([GREY] * 3))
    check(saved(tmp_path / "bits.png", GREY > 127), np.dstack([np.where(GREY > 127, 255, 0)] * 3))
    palette = Image.fromarray(GREY % 4).convert("P")
    palette.putpalette([10, 20, 30, 200, 0, 0, 0, 200, 0, 7, 7, 255])
    palette.save(tmp_path / "palette.png")
    check(tmp_path / "palette.png", np.array([[10, 20, 30], [200, 0, 0], [0, 200, 0], [7, 7, 255]])[GREY % 4])


def test_cmyk_becomes_rgb(tmp_path):
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
    check(tmp_path / "a.jpg", np.full((16, 16, 3), (255, 0, 0), np.uint8), 3)


def test_transparent_parts_are_shown_on_white(tmp_path):
    alpha = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    alpha[:, :3], alpha[:, 3:5] = 255, 128
    expected = np.round(COLOURS * (alpha / 255) + 255 * (1 - alpha / 255))
    for name, options in (("a.png", {}), ("a.webp", {"lossless": True, "exact": True}), ("a.tif", {})):
        note = check(saved(tmp_path / name, np.dstack([COLOURS, alpha]), **options), expected, 1)
        assert note == "Transparent parts are shown on white."


def test_a_transparent_palette_entry_is_shown_on_white(tmp_path):
    palette = Image.fromarray(GREY % 2).convert("P")
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.info["transparency"] = 0
    expected = np.array([[255, 255, 255], [200, 0, 0]])[GREY % 2]
    palette.save(tmp_path / "a.gif", transparency=0)
    check(tmp_path / "a.gif", expected)
    # Transparency of every entry, which Pillow warns about.
    palette.save(tmp_path / "a.png", transparency=b"\x00\xff")
    check(tmp_path / "a.png", expected)


def test_opaque_alpha_changes_nothing_and_is_not_worth_a_note(tmp_path):
    alpha = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    assert check(saved(tmp_path / "a.png", np.dstack([COLOURS, alpha])), COLOURS) == ""


def scaled(values: np.ndarray) -> np.ndarray:
    low, high = np.percentile(values, (1, 99))
    return np.clip((values.astype(float) - low) / (high - low) * 255, 0, 255)


DEEP = np.random.default_rng(2).integers(1000, 5000, (40, 30, 3)).astype(np.uint16)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("u16.tif", DEEP[:, :, 0]),
        ("i16.tif", DEEP[:, :, 0].astype(np.int16) - 3000),
        ("i32.tif", DEEP[:, :, 0].astype(np.int32) * 100_000),
        ("f32.tif", DEEP[:, :, 0].astype(np.float32) / 7 - 300),
        ("colours.tif", DEEP),
    ],
)
def test_values_of_more_than_8_bits_are_scaled_and_the_note_says_so(tmp_path, name, values):
    tifffile.imwrite(tmp_path / name, values, photometric="rgb" if values.ndim == 3 else "minisblack")
    expected = scaled(values)
    note = check(tmp_path / name, expected if values.ndim == 3 else np.dstack([expected] * 3), 1)
    low, high = np.percentile(values, (1, 99))
    assert note == f"Values from {low:g} to {high:g} (1st to 99th percentile) are shown as black to white."


def test_other_layouts_of_16_bit_files(tmp_path):
    tifffile.imwrite(tmp_path / "big-endian.tif", DEEP[:, :, 0], byteorder=">")
    cv2.imwrite(str(tmp_path / "grey.png"), DEEP[:, :, 0])
    for name in ("big-endian.tif", "grey.png"):
        check(tmp_path / name, np.dstack([scaled(DEEP[:, :, 0])] * 3), 1)
    tifffile.imwrite(tmp_path / "packed.tif", DEEP, photometric="rgb", compression="deflate")
    cv2.imwrite(str(tmp_path / "colours.png"), DEEP[:, :, ::-1])
    for name in ("packed.tif", "colours.png"):
        check(tmp_path / name, scaled(DEEP), 1)


def test_planes_of_16_bits_are_refused_rather_than_mixed_up(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.moveaxis(DEEP, 2, 0), photometric="rgb", planarconfig="separate")
    with pytest.raises(ImageError, match=r"a\.tif keeps its 16-bit colours in separate planes: save it interleaved"):
        read_image(path)


def test_16_bit_colours_with_alpha_are_shown_on_white(tmp_path):
    alpha = np.full((40, 30, 1), 65535, np.uint16)
    alpha[:10], alpha[10:20] = 0, 32768
    cv2.imwrite(str(tmp_path / "a.png"), np.dstack([DEEP[:, :, ::-1], alpha]))
    share = alpha / 65535
    note = check(tmp_path / "a.png", scaled(DEEP) * share + 255 * (1 - share), 2)
    assert "percentile" in note
    assert "on white" in note


def test_16_bit_grey_with_alpha(tmp_path):
    """Built by hand, because nothing at hand writes such PNGs."""
    grey = DEEP[:, :, 0]
    rows = np.zeros((40, 1 + 30 * 4), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = np.dstack([grey, np.full_like(grey, 65535)]).astype(">u2").view(np.uint8).reshape(40, -1)
    (tmp_path / "a.png").write_bytes(png_of(30, 40, depth=16, kind=4, data=zlib.compress(rows.tobytes())))
    check(tmp_path / "a.png", np.dstack([scaled(grey)] * 3), 1)


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("colours", [False, True])
@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_orientation_of_16_bit_images_is_applied_once(tmp_path, suffix, colours, orientation):
    path, values = tmp_path / f"a.{suffix}", DEEP if colours else DEEP[:, :, 0]
    if suffix == "tif":
        photometric = "rgb" if colours else "minisblack"
        tifffile.imwrite(path, values, photometric=photometric, extratags=[(274, "H", 1, orientation, True)])
    else:
        png = cv2.imencode(".png", values[:, :, ::-1] if colours else values)[1].tobytes()
        exif = Image.Exif()
        exif[0x0112] = orientation
        path.write_bytes(with_chunk(png, b"eXIf", exif.tobytes()[6:]))
    expected = scaled(values).astype(np.uint8)
    check(path, seen(expected if colours else np.dstack([expected] * 3), orientation), 1)


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk before its pixels."""
    place = png.index(b"IDAT") - 4
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return png[:place] + chunk + png[place:]


def test_a_few_bright_dots_do_not_vanish(tmp_path):
    values = np.zeros((100, 100), np.uint16)
    values[50, 50], values[60, 60] = 1000, 500
    tifffile.imwrite(tmp_path / "a.tif", values)
    image = read_image(tmp_path / "a.tif")
    assert image.note == "Values from 0 to 1000 (smallest to largest) are shown as black to white."
    assert [image.rgb[y, y].tolist() for y in (50, 60, 70)] == [[255] * 3, [128] * 3, [0] * 3]


def test_values_that_are_no_numbers(tmp_path):
    values = np.linspace(0, 100, 10_000, dtype=np.float32).reshape(100, 100)
    expected = scaled(values)
    values[0, 0], values[99, 99], values[50, 50] = -np.inf, np.inf, np.nan
    tifffile.imwrite(tmp_path / "a.tif", values)
    rgb = read_image(tmp_path / "a.tif").rgb[:, :, 0].astype(int)
    assert (rgb[0, 0], rgb[99, 99], rgb[50, 50]) == (0, 255, 0)
    values[50, 50], expected[50, 50] = 0, 0
    assert np.abs(rgb - expected).max() <= 2
    tifffile.imwrite(tmp_path / "nothing.tif", np.full((10, 10), np.nan, np.float32))
    assert not read_image(tmp_path / "nothing.tif").rgb.any()


def test_large_deep_images_are_scaled_in_pieces_alike(tmp_path, monkeypatch):
    monkeypatch.setattr(images, "_BAND_PIXELS", 100)
    tifffile.imwrite(tmp_path / "a.tif", DEEP[:, :, 0])
    check(tmp_path / "a.tif", np.dstack([scaled(DEEP[:, :, 0])] * 3), 1)


# -- limits ------------------------------------------------------------------------------------------------------------


def empty_png(width: int, height: int) -> bytes:
    """A PNG whose header promises pixels that do not follow."""
    return png_of(width, height, depth=8, kind=2, data=b"")


def png_of(width: int, height: int, *, depth: int, kind: int, data: bytes) -> bytes:
    parts = b"\x89PNG\r\n\x1a\n"
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    for name, content in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b"")):
        parts += struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return parts


@pytest.mark.parametrize(("width", "height"), [(25_000, 10_001), (40_000, 40_000)])
def test_too_many_pixels_are_refused_from_the_header(tmp_path, width, height):
    path = tmp_path / "huge.png"
    path.write_bytes(empty_png(width, height))
    for read in (read_header, read_image):
        with pytest.raises(ImageError, match=rf"huge\.png has {width} x {height} pixels.*250 million.*scale it down"):
            read(path)


def test_the_limit_itself_is_accepted(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(empty_png(25_000, 10_000))
    header = read_header(path)
    assert header == ImageHeader(10_000, 25_000)
    assert header.height * header.width == MAX_PIXELS


def test_the_header_is_read_without_the_pixels(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.png", COLOURS, 6)

    def refuse(*_):
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", refuse)
    assert read_header(path) == ImageHeader(WIDTH, HEIGHT)


# -- bad input ---------------------------------------------------------------------------------------------------------


def encoded_photo() -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise).save(buffer, "jpeg", exif=exif)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("text.jpg", b"this is text\n" * 20, r"text\.jpg is not an image that can be read .*convert it"),
        ("empty.jpg", b"", r"empty\.jpg is empty \(0 bytes\): copy it again"),
        ("page.png", b"<!DOCTYPE html><html>", "is not an image"),
        ("archive.png", b"PK\x03\x04" + bytes(40), "is not an image"),
        ("drawing.tif", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is not an image"),
    ],
)
def test_what_is_no_image_is_a_sentence(tmp_path, name, data, says):
    path = tmp_path / name
    path.write_bytes(data)
    for read in (read_header, read_image):
        with pytest.raises(ImageError, match=says):
            read(path)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "gif", "tif", "deep.png", "deep.tif"])
def test_a_truncated_image_is_a_sentence(tmp_path, suffix):
    path = tmp_path / f"cut.{suffix}"
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    if suffix.startswith("deep"):
        cv2.imwrite(str(path), noise.astype(np.uint16) * 200)
    else:
        saved(path, noise)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageError, match=rf"cut\.{suffix} (is damaged|is not an image)"):
        read_image(path)


def test_missing_files_and_folders_are_sentences(tmp_path):
    with pytest.raises(ImageError, match=r"gone\.png does not exist"):
        read_image(tmp_path / "gone.png")
    with pytest.raises(ImageError, match="is a folder, not an image"):
        read_header(tmp_path)


def test_a_file_that_may_not_be_read_is_a_sentence(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.png", COLOURS)

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(ImageError, match=r"a\.png cannot be read \(Permission denied\): check its permissions"):
        read_image(path)


def test_too_little_memory_is_a_sentence(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.png", COLOURS)

    def refuse(*_):
        raise MemoryError

    monkeypatch.setattr(images, "_to_rgb", refuse)
    with pytest.raises(ImageError, match=r"not enough memory for the image .*a\.png"):
        read_image(path)


def test_colours_that_have_no_rgb_are_a_sentence(tmp_path):
    Image.new("LAB", (4, 4)).save(tmp_path / "a.tif")
    with pytest.raises(ImageError, match=r"a\.tif has colours of the kind LAB: save it as RGB"):
        read_image(tmp_path / "a.tif")


@given(st.data())
def test_no_damage_leads_to_anything_but_an_image_or_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.jpg"
    damaged = bytearray(encoded_photo())
    # The header is where decoders go astray, so most damage goes there.
    for place in data.draw(st.lists(st.integers(0, 700) | st.integers(0, len(damaged) - 1), max_size=8)):
        damaged[place] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    with contextlib.suppress(ImageError):
        header = read_header(path)
        image = read_image(path)
        assert image.rgb.shape == (header.height, header.width, 3)


def test_threads_leave_the_warnings_as_they_were(tmp_path):
    """Pillow's warnings are silenced while it reads, in whatever order threads begin and end."""
    path = saved(tmp_path / "a.png", COLOURS)
    before = list(warnings.filters)
    first_inside, second_done = threading.Event(), threading.Event()

    def first():
        with images._quiet():
            first_inside.set()
            second_done.wait(10)
            warnings.warn("from a decoder", stacklevel=1)

    thread = threading.Thread(target=first)
    thread.start()
    first_inside.wait(10)
    read_image(path)
    second_done.set()
    thread.join()
    assert warnings.filters == before


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_preview_of_a_jpeg_is_the_same_picture_smaller(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.linear_gradient("L").resize((1600, 1200)).convert("RGB")
    picture.save(tmp_path / "a.jpg", quality=95, exif=exif)
    full = read_image(tmp_path / "a.jpg").rgb
    small = read_image(tmp_path / "a.jpg", least_side=200).rgb
    assert min(small.shape[:2]) >= 200
    assert small.shape[0] * 4 == full.shape[0]
    assert small.shape[1] * 4 == full.shape[1]
    assert np.abs(small.astype(int) - full[2::4, 2::4]).max() < 12


def test_a_preview_of_another_format_has_every_pixel(tmp_path):
    Image.new("RGB", (640, 480), "red").save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png", least_side=10).rgb.shape == (480, 640, 3)


# -- several pages or frames -------------------------------------------------------------------------------------------


def frames(count: int, mode: str = "RGB") -> list[Image.Image]:
    return [Image.new(mode, (20, 10), 40 * i + 9 if mode != "RGB" else (40 * i, 9, 9)) for i in range(count)]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("a.tif", "Page 1 of 3 is shown."),
        ("a.gif", "Frame 1 of 3 is shown."),
        ("a.webp", "Frame 1 of 3 is shown."),
        ("a.png", "Frame 1 of 3 is shown."),
    ],
)
def test_it_is_said_that_the_first_of_several_is_shown(tmp_path, name, note):
    first, *others = frames(3)
    first.save(tmp_path / name, save_all=True, append_images=others)
    image = read_image(tmp_path / name)
    assert image.note == note
    assert np.abs(image.rgb.astype(int) - np.asarray(first)).max() <= 3  # WebP is lossy
    assert read_image(tmp_path / name, least_side=4).note == ""
    first.save(tmp_path / name)
    assert read_image(tmp_path / name).note == ""


def test_pages_of_16_bit_say_both(tmp_path):
    values = np.arange(3 * 200, dtype=np.uint16).reshape(3, 10, 20)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack")
    note = read_image(tmp_path / "a.tif").note
    assert note.startswith("Page 1 of 3 is shown. Values from ")
    assert note.template == "{first} {second}"  # so that the window can say both in its language


def test_a_smaller_copy_in_the_file_is_no_page(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(np.zeros((40, 40), np.uint8))
        writer.write(np.zeros((20, 20), np.uint8), subfiletype=1)
    assert read_image(tmp_path / "a.tif").note == ""


@pytest.mark.parametrize("name", ["a.tif", "a.gif"])
def test_damage_behind_the_first_is_not_told(tmp_path, name):
    first, *others = frames(3)
    path = tmp_path / name
    first.save(path, save_all=True, append_images=others)
    whole = path.read_bytes()
    first.save(path)
    path.write_bytes(whole[: path.stat().st_size + 20])
    assert read_image(path).rgb.shape == (10, 20, 3)
