"""Files as other programs write them, made by hand here, and files that are wrong."""

from __future__ import annotations

import base64
import io
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from annotator.core.document import Document, ImageRecord
from annotator.core.formats import labelme, masks, voc, yolo
from annotator.core.formats.exchange import detected, read_foreign
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.names import label_names
from annotator.core.formats.progress import Progress
from annotator.errors import DatasetError

HEIGHT, WIDTH = 20, 30


def picture(path: Path, pixels: np.ndarray | None = None) -> Path:
    """An image, black unless pixels are given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint8) if pixels is None else pixels).save(path)
    return path


def text(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def said(document: Document) -> list[tuple[str, str, tuple[int, int, int, int]]]:
    """Image, category, box of every instance."""
    return [
        (document.images[i.image_id].path, document.categories[i.category_id].name, i.mask.bbox)
        for i in document.instances_in_order()
    ]


# -- YOLO --------------------------------------------------------------------------------------------------------------

SQUARE = "0 0.1 0.1 0.4 0.1 0.4 0.5 0.1 0.5\n"  # x 3..12, y 2..10


@pytest.mark.parametrize(
    ("names", "image", "label"),
    [
        ("names: [cat, dog]", "images/train/x.jpg", "labels/train/x.txt"),
        ("names:\n  0: cat\n  1: 'dog'", "train/images/x.jpg", "train/labels/x.txt"),
        ("nc: 2\nnames:\n- cat\n- dog", "x.jpg", "x.txt"),
        ("names: {0: cat}", "images/x.jpg", "labels/x.txt"),
    ],
)
def test_yolo_layouts(tmp_path, names, image, label):
    picture(tmp_path / image)
    text(tmp_path / "data.yaml", names)
    text(tmp_path / label, SQUARE)
    assert detected(tmp_path) == "yolo"
    for source in (tmp_path, tmp_path / "data.yaml"):
        assert said(read_foreign(source).document) == [(image, "cat", (3, 2, 9, 8))]


def test_yolo_with_classes_txt_and_boxes(tmp_path):
    picture(tmp_path / "x.png")
    text(tmp_path / "classes.txt", "cat\nbig dog\n")
    text(tmp_path / "x.txt", "1 0.5 0.5 0.2 0.4\n\n" + SQUARE)
    assert said(read_foreign(tmp_path).document) == [
        ("x.png", "big dog", (12, 6, 6, 8)),
        ("x.png", "cat", (3, 2, 9, 8)),
    ]


def test_yolo_labels_without_an_image_are_told(tmp_path):
    picture(tmp_path / "images" / "x.png")
    text(tmp_path / "data.yaml", "names: [cat]")
    text(tmp_path / "labels" / "x.txt", SQUARE)
    text(tmp_path / "labels" / "y.txt", SQUARE)
    (note,) = read_foreign(tmp_path).notes
    assert "y.txt" in note


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("2 0.1 0.1 0.4 0.1 0.4 0.5", "class is 2"),
        ("cat 0.1 0.1 0.4 0.1 0.4 0.5", "class is cat"),
        ("-1 0.1 0.1 0.4 0.1 0.4 0.5", "class is -1"),
        ("0 0.1 0.1 0.4", "3 numbers"),
        ("0 0.1 0.1 0.4 0.1 0.4 0.5 0.6", "7 numbers"),
        ("0", "0 numbers"),
        ("0 0.1 0.1 x 0.1 0.4 0.5", "not numbers"),
        ("0 0.1 nan 0.4 0.1 0.4 0.5", "shares"),
        ("0 10 10 40 10 40 50", "shares"),
    ],
)
def test_yolo_lines_that_are_wrong(tmp_path, line, what):
    picture(tmp_path / "x.png")
    text(tmp_path / "data.yaml", "names: [cat, dog]")
    path = text(tmp_path / "x.txt", SQUARE + line)
    with pytest.raises(DatasetError, match=what) as error:
        read_foreign(tmp_path)
    assert f"{path}, line 2" in str(error.value)


@pytest.mark.parametrize(
    "names",
    ["", "names: 3", "names: {a: b}", "names: [[cat]]", "names: {-1: cat}", "{", "a: b: c", "names: {99999999: x}"],
)
def test_yolo_names_that_are_wrong(tmp_path, names):
    picture(tmp_path / "x.png")
    text(tmp_path / "data.yaml", names)
    text(tmp_path / "x.txt", SQUARE)
    with pytest.raises(DatasetError, match=r"data\.yaml"):
        read_foreign(tmp_path)


# -- labelme -----------------------------------------------------------------------------------------------------------


def labelme_file(tmp_path: Path, *shapes: dict, **more: object) -> Path:
    picture(tmp_path / "x.png")
    content = {"version": "5.4.1", "flags": {}, "shapes": shapes, "imagePath": "x.png", "imageData": None}
    return text(tmp_path / "x.json", {**content, "imageHeight": HEIGHT, "imageWidth": WIDTH, **more})


def polygon(left: int, top: int, right: int, bottom: int) -> list[list[int]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def test_labelme_shapes(tmp_path):
    part = np.zeros((4, 5), bool)
    part[1:3, 1:4] = True
    png = io.BytesIO()
    Image.fromarray(part).save(png, "PNG")
    labelme_file(
        tmp_path,
        {"label": "cat", "points": polygon(2, 3, 8, 9), "shape_type": "polygon"},
        {"label": "cat", "points": polygon(20, 3, 25, 9), "group_id": 1},
        {"label": "cat", "points": [[12, 3], [15, 5]], "group_id": 1, "shape_type": "rectangle"},
        {"label": "dog", "points": [[25, 15], [22, 4]], "group_id": 1, "shape_type": "rectangle"},
        {"label": "dog", "points": [[10, 12], [10, 16]], "shape_type": "circle"},
        {
            "label": "dog",
            "points": [[20, 10], [24, 13]],
            "shape_type": "mask",
            "mask": base64.b64encode(png.getvalue()).decode(),
        },
        {"label": "dog", "points": [[1, 1], [9, 9]], "shape_type": "line"},
        {"label": "dog", "points": [[1, 1]], "shape_type": "point"},
    )
    imported = read_foreign(tmp_path)
    assert said(imported.document) == [
        ("x.png", "cat", (2, 3, 6, 6)),
        ("x.png", "cat", (12, 3, 13, 6)),
        ("x.png", "dog", (22, 4, 3, 11)),
        ("x.png", "dog", (6, 8, 8, 8)),
        ("x.png", "dog", (21, 11, 3, 2)),
    ]
    circle, mask = list(imported.document.instances.values())[3:]
    assert circle.mask.area == pytest.approx(np.pi * 16, rel=0.1)
    assert np.array_equal(mask.mask.crop()[0], part[1:3, 1:4])
    assert imported.notes[0] == "Lines and points, which have no area: 2."


def test_labelme_rectangles_with_all_their_corners_and_types_of_other_programs(tmp_path):
    labelme_file(
        tmp_path,
        {"label": "cat", "points": polygon(2, 3, 8, 9), "shape_type": "rectangle"},
        {"label": "dog", "points": polygon(10, 3, 15, 9), "shape_type": "rotation"},
        {"label": "dog", "points": polygon(1, 1, 3, 3), "shape_type": "star"},
    )
    imported = read_foreign(tmp_path)
    assert said(imported.document) == [("x.png", "cat", (2, 3, 6, 6)), ("x.png", "dog", (10, 3, 5, 6))]
    assert imported.notes[0] == "Shapes of a type that is not known: 1, such as star."


@pytest.mark.parametrize("format_name", ["labelme", "masks", "yolo"])
def test_a_name_that_is_half_a_character_is_refused(format_name, tmp_path):
    """It cannot be saved: neither in the COCO file nor in the journal, which would stop keeping anything."""
    picture(tmp_path / "images" / "x.png")
    picture(tmp_path / "m.png")
    half = "\ud83d"  # of a smiley
    shape = {"label": half, "points": [[1, 1], [9, 1], [9, 7]], "shape_type": "polygon"}
    record = {"file_name": "x.png", "height": HEIGHT, "width": WIDTH, "layers": ["m.png"], "instances": []}
    files = {
        "labelme": ("x.json", {"imagePath": "images/x.png", "shapes": [shape]}),
        "masks": ("masks.json", {"categories": [half], "images": [record]}),
        "yolo": ("data.yaml", 'names: ["\\uD83D"]\n'),
    }
    text(tmp_path / files[format_name][0], files[format_name][1])
    text(tmp_path / "labels" / "x.txt", SQUARE)
    with pytest.raises(DatasetError, match=r"'\\ud83d', which cannot be saved"):
        read_foreign(tmp_path, format_name)


def test_labelme_masks_take_the_memory_of_their_boxes_not_of_their_image(tmp_path):
    """An image of 12,000 x 8,000 pixels would be 96 MB for each of them."""
    part = np.ones((20, 30), bool)
    png = io.BytesIO()
    Image.fromarray(part).save(png, "PNG")
    mask = {"shape_type": "mask", "mask": base64.b64encode(png.getvalue()).decode(), "label": "cat"}
    shapes = [{**mask, "points": [[9000 + 50 * n, 40 * n], [0, 0]], "group_id": n // 2} for n in range(8)]
    text(tmp_path / "x.json", {"imagePath": "x.png", "shapes": shapes})
    images = ImageIndex(tmp_path, [ImageRecord(1, "x.png", 8_000, 12_000)])
    tracemalloc.start()
    document, _ = labelme.read(tmp_path / "x.json", images, Progress())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    found = [(i.mask.area, i.mask.bbox) for i in document.instances_in_order()]
    assert found == [(1200, (9000 + 100 * n, 80 * n, 80, 60)) for n in range(4)]
    assert peak < 10_000_000


def test_labelme_masks_overlay_as_pillow_draws_polygons(tmp_path):
    """labelme itself rasterises with Pillow, which draws the border too: the two agree but for that border."""
    corners = [(3, 2), (26, 5), (20, 17), (8, 15)]
    labelme_file(tmp_path, {"label": "cat", "points": corners, "shape_type": "polygon"})
    drawn = Image.new("1", (WIDTH, HEIGHT))
    ImageDraw.Draw(drawn).polygon(corners, fill=1, outline=1)
    (instance,) = read_foreign(tmp_path).document.instances.values()
    ours, theirs = instance.mask.to_mask(), np.asarray(drawn)
    assert (ours & theirs).sum() / (ours | theirs).sum() > 0.85


def test_labelme_finds_its_image_by_path(tmp_path):
    picture(tmp_path / "photos" / "猫.png")
    shape = {"label": "cat", "points": polygon(2, 3, 8, 9)}
    text(tmp_path / "json" / "other.json", {"shapes": [shape], "imagePath": "..\\photos\\猫.png"})
    assert said(read_foreign(tmp_path).document) == [("photos/猫.png", "cat", (2, 3, 6, 6))]


def png_that_swells() -> str:
    """A PNG of one pixel with a comment that takes megabytes when it is unpacked, which Pillow refuses."""
    comment = PngInfo()
    comment.add_text("Comment", "a" * 2**21, zip=True)
    png = io.BytesIO()
    Image.new("L", (1, 1), 255).save(png, "PNG", pnginfo=comment)
    return base64.b64encode(png.getvalue()).decode()


@pytest.mark.parametrize(
    ("shape", "what"),
    [
        (7, "object in braces"),
        ({"points": polygon(1, 1, 3, 3)}, "no label"),
        ({"label": "cat", "points": [[1, 1], [2, 2], [3, 3]], "shape_type": "circle"}, "3 points"),
        ({"label": "cat", "points": [[1, 1], [2], [3, 3]]}, "pair of numbers"),
        ({"label": "cat", "points": [[1, 1], [2, "x"], [3, 3]]}, "pair of numbers"),
        ({"label": "cat", "points": [[1, 1], [2, 1e300], [3, 3]]}, "nowhere near"),
        ({"label": "cat", "points": polygon(1, 1, 3, 3), "group_id": 1.5}, "group_id"),
        ({"label": "cat", "points": polygon(1, 1, 3, 3), "shape_type": ["star"]}, "star"),
        ({"label": "cat", "points": [[1, 1], [2, 2]], "shape_type": "mask", "mask": "%%"}, "damaged"),
        ({"label": "cat", "points": [[1, 1], [2, 2]], "shape_type": "mask", "mask": "aGFsbG8="}, "damaged"),
        ({"label": "cat", "points": [[1, 1], [2, 2]], "shape_type": "mask", "mask": png_that_swells()}, "damaged"),
    ],
)
def test_labelme_shapes_that_are_wrong(tmp_path, shape, what):
    path = labelme_file(tmp_path, {"label": "cat", "points": polygon(2, 3, 8, 9)}, shape)
    with pytest.raises(DatasetError, match=what) as error:
        read_foreign(tmp_path)
    assert f"{path}, shape 2" in str(error.value)


def test_labelme_files_that_are_wrong(tmp_path):
    path = labelme_file(tmp_path, imageHeight=7)
    with pytest.raises(DatasetError, match="30 x 7"):
        read_foreign(path)
    text(path, '{"shapes": [')
    with pytest.raises(DatasetError, match="not valid JSON"):
        labelme.read(path, ImageIndex.of_folder(tmp_path), Progress())
    text(path, '{"shapes": 3}')
    with pytest.raises(DatasetError, match="not a list"):
        labelme.read(path, ImageIndex.of_folder(tmp_path), Progress())
    text(path, "{}")
    with pytest.raises(DatasetError, match="no labelme files"):
        labelme.read(path, ImageIndex.of_folder(tmp_path), Progress())


# -- Pascal VOC --------------------------------------------------------------------------------------------------------


def voc_folder(tmp_path: Path, classes: np.ndarray, objects: np.ndarray | None, labelmap: str | None = None) -> Path:
    picture(tmp_path / "JPEGImages" / "x.jpg")
    picture(tmp_path / "SegmentationClass" / "x.png", classes)
    if objects is not None:
        picture(tmp_path / "SegmentationObject" / "x.png", objects)
    if labelmap is not None:
        text(tmp_path / "labelmap.txt", labelmap)
    return tmp_path


def numbers(*boxes: tuple[int, int, int, int, int]) -> np.ndarray:
    """A picture with numbers in boxes (number, left, top, right, bottom)."""
    pixels = np.zeros((HEIGHT, WIDTH), np.uint8)
    for number, left, top, right, bottom in boxes:
        pixels[top:bottom, left:right] = number
    return pixels


def test_voc_as_published(tmp_path):
    """Without a label map the numbers are those of the twenty classes, and 255 is the border nobody labelled."""
    classes = numbers((255, 1, 1, 20, 12), (8, 2, 2, 6, 8), (15, 10, 2, 16, 8))
    objects = numbers((255, 1, 1, 20, 12), (1, 2, 2, 6, 8), (2, 10, 2, 16, 8))
    document = read_foreign(voc_folder(tmp_path, classes, objects)).document
    assert said(document) == [("JPEGImages/x.jpg", "cat", (2, 2, 4, 6)), ("JPEGImages/x.jpg", "person", (10, 2, 6, 6))]
    assert len(document.categories) == 20


def test_voc_with_colours_and_without_objects(tmp_path):
    colours = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    colours[2:8, 2:6] = (10, 200, 30)
    colours[2:8, 10:16] = (0, 0, 255)
    labelmap = "# label:color_rgb:parts:actions\nbackground:0,0,0::\na: b:10,200,30::\nc:0,0,255:part,other:run\n"
    document = read_foreign(voc_folder(tmp_path, colours, None, labelmap)).document
    assert said(document) == [("JPEGImages/x.jpg", "a: b", (2, 2, 4, 6)), ("JPEGImages/x.jpg", "c", (10, 2, 6, 6))]


@pytest.mark.parametrize(
    ("classes", "objects", "labelmap", "what"),
    [
        (numbers((99, 1, 1, 5, 5)), numbers((1, 1, 1, 5, 5)), None, "class 99"),
        (numbers(), numbers((1, 1, 1, 5, 5)), None, "object 1 has no class"),
        (np.zeros((5, 5), np.uint8), np.zeros((5, 5), np.uint8), None, "5 x 5"),
        (np.full((HEIGHT, WIDTH, 3), 7, np.uint8), None, None, "#070707"),
        (numbers(), numbers(), "cat", "name:red,green,blue"),
        (numbers(), numbers(), "", "0 classes"),
    ],
)
def test_voc_files_that_are_wrong(tmp_path, classes, objects, labelmap, what):
    with pytest.raises(DatasetError, match=what):
        read_foreign(voc_folder(tmp_path, classes, objects, labelmap))


def test_voc_masks_that_are_damaged_or_missing(tmp_path):
    folder = voc_folder(tmp_path, numbers(), numbers((1, 1, 1, 5, 5)))
    (folder / "SegmentationClass" / "x.png").write_bytes(b"\x89PNG no more")
    with pytest.raises(DatasetError, match="cannot be read"):
        read_foreign(folder)
    (folder / "SegmentationClass" / "x.png").unlink()
    with pytest.raises(DatasetError, match=r"x\.png"):
        read_foreign(folder)


# -- mask PNGs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "mask", "category"),
    [
        ("x.jpg", "x.png", "object"),
        ("x.jpg", "x_cat_2.png", "cat"),
        ("images/x.jpg", "masks/x.png", "object"),
        ("images/x_1.jpg", "masks/x_1_big dog.png", "big dog"),
        ("x/images/x.png", "x/masks/0a1b.png", "object"),
        ("images/a/x.jpg", "a/x.png", "object"),
        ("x.jpg", "cat/x.png", "cat"),
        ("images/x.jpg", "masks/dog/x.png", "dog"),
        ("images/x.jpg", "train/x.png", "object"),
        ("images/x.jpg", "masks/x.tif", "object"),
        ("images/x.tif", "masks/x.tif", "object"),
        ("x.tif", "x_mask.tif", "object"),
        ("x.jpg", "x_cat_mask_1.png", "cat"),
        ("x.tif", "ground truth_gt/x.bmp", "object"),
    ],
)
def test_plain_masks_and_whose_they_are(tmp_path, image, mask, category):
    picture(tmp_path / image)
    picture(tmp_path / mask, numbers((255, 2, 3, 8, 9)))
    assert said(read_foreign(tmp_path, "masks").document) == [(image, category, (2, 3, 6, 6))]


def test_every_number_and_colour_is_an_instance(tmp_path):
    picture(tmp_path / "x.jpg")
    picture(tmp_path / "x.png", numbers((1, 2, 3, 8, 9), (7, 10, 3, 12, 9)))
    picture(tmp_path / "y.jpg")
    colours = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    colours[2:8, 2:6] = (255, 0, 0, 255)
    colours[2:8, 10:16] = (0, 255, 0, 255)
    colours[10:, 10:] = (0, 0, 255, 0)  # transparent
    picture(tmp_path / "y.png", colours)
    assert [box for _, _, box in said(read_foreign(tmp_path).document)] == [
        (2, 3, 6, 6),
        (10, 3, 2, 6),
        (10, 2, 6, 6),
        (2, 2, 4, 6),
    ]


def test_a_photo_is_no_mask(tmp_path):
    picture(tmp_path / "x.jpg", np.zeros((400, 400), np.uint8))
    photo = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
    picture(tmp_path / "x.png", photo)
    with pytest.raises(DatasetError, match="no mask"):
        read_foreign(tmp_path, "masks")


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{",
        {"categories": [], "images": 3},
        {"categories": [3], "images": []},
        {"categories": ["a"], "images": [{"file_name": "x.jpg", "layers": ["../x.png"], "instances": []}]},
        {"categories": ["a"], "images": [{"file_name": "x.jpg", "layers": [], "instances": [{}]}]},
        {"categories": ["a"], "images": [{"file_name": "x.jpg", "layers": ["x.png"], "instances": [{"category": 1}]}]},
        {"categories": [], "images": [{"file_name": "x.jpg", "layers": ["x.png"], "instances": [{}]}]},
        {"categories": ["a"], "images": [{"file_name": "x.jpg", "layers": ["y.png"], "instances": []}]},
    ],
)
def test_an_index_that_is_wrong(tmp_path, content):
    picture(tmp_path / "images" / "x.jpg")
    picture(tmp_path / "x.png")
    text(tmp_path / "masks.json", content)
    with pytest.raises(DatasetError, match=r"masks\.json|y\.png"):
        read_foreign(tmp_path)


# -- names -------------------------------------------------------------------------------------------------------------


def test_label_names_are_different_whatever_the_capitals():
    names = label_names(["a.jpg", "A.png", "b/a.jpg", "c.tar.gz", "d"])
    assert names == {"a.jpg": "a_jpg", "A.png": "A_png", "b/a.jpg": "b/a", "c.tar.gz": "c.tar", "d": "d"}


@pytest.mark.parametrize("reader", [yolo.read, voc.read, masks.read, labelme.read])
def test_an_empty_folder_is_an_error(reader, tmp_path):
    with pytest.raises(DatasetError):
        reader(tmp_path, ImageIndex(tmp_path, []), Progress())


def test_no_two_images_of_an_index_have_one_id(tmp_path):
    """Readers tell images by their ids: the masks of one would come to lie on the other."""
    first = ImageRecord(1, "a.png", 4, 4)
    with pytest.raises(ValueError, match="same id"):
        ImageIndex(tmp_path, [first], ImageIndex(tmp_path, [ImageRecord(1, "b.png", 4, 4)]))
    document = Document(tmp_path)
    document.put(first)
    document.put(replace(first, note="the same image"))
    with pytest.raises(ValueError, match=r"image 1 is a\.png"):
        document.put(ImageRecord(1, "b.png", 4, 4))
