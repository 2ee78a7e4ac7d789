"""Run-lengths against pycocotools, which defines what they mean."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as mask_utils

from annotator.core.geometry import RunLengths, measure

masks = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=20)) | st.from_type(RunLengths).map(
    lambda lengths: mask_utils.decode({"size": [lengths.height, lengths.width], "counts": lengths.counts}).astype(bool)
)


def encoded(mask: np.ndarray) -> dict:
    return mask_utils.encode(np.asfortranarray(mask.astype(np.uint8)))


def uncompressed(mask: np.ndarray) -> list[int]:
    """The runs counted one pixel after the other."""
    runs, value = [0], False
    for pixel in mask.ravel(order="F"):
        if pixel != value:
            runs.append(0)
            value = pixel
        runs[-1] += 1
    return runs


@given(masks)
def test_masks_are_encoded_to_the_bytes_of_pycocotools(mask):
    assert RunLengths.from_mask(mask).counts == encoded(mask)["counts"]


@given(masks)
def test_a_mask_comes_back(mask):
    back = RunLengths.from_mask(mask).to_mask()
    assert back.dtype == np.bool_
    assert np.array_equal(back, mask)


@given(masks)
def test_area_and_box_are_those_of_the_pixels(mask):
    lengths = RunLengths.from_mask(mask)
    rows, columns = np.nonzero(mask)
    assert lengths.area == len(rows)
    if len(rows):
        x, y = columns.min(), rows.min()
        assert lengths.bbox == (x, y, columns.max() + 1 - x, rows.max() + 1 - y)
    else:
        assert lengths.bbox == (0, 0, 0, 0)


@given(masks)
def test_the_crop_is_the_mask_inside_its_box(mask):
    lengths = RunLengths.from_mask(mask)
    part, x0, y0 = lengths.crop()
    x, y, width, height = lengths.bbox
    assert (x0, y0) == (x, y)
    assert np.array_equal(part, mask[y : y + height, x : x + width])
    assert part.flags.c_contiguous


def test_the_crop_of_a_gigantic_image_needs_no_gigantic_memory():
    side = 60_000  # 3.6 GB as a mask
    corner = side * (side - 2) + side - 2
    lengths = RunLengths.from_coco(
        {"size": [side, side], "counts": [corner, 1, side - 1, 2, side * side - corner - side - 2]}, side, side
    )
    part, x0, y0 = lengths.crop()
    assert part.tolist() == [[True, True], [False, True]]
    assert (x0, y0, lengths.area) == (side - 2, side - 2, 3)


@given(masks, st.data())
def test_every_spelling_of_a_mask_is_the_same_value(mask, data):
    height, width = mask.shape
    expected = RunLengths.from_mask(mask)
    runs = uncompressed(mask)
    # COCO allows runs of no length: cut one in two around nothing.
    where = data.draw(st.integers(0, len(runs) - 1))
    cut = data.draw(st.integers(0, runs[where]))
    split = [*runs[:where], cut, 0, runs[where] - cut, *runs[where + 1 :]]
    for counts in (
        runs,
        split,
        expected.counts,
        expected.counts.decode("ascii"),
        mask_utils.frPyObjects({"size": [height, width], "counts": split}, height, width)["counts"].decode("ascii"),
    ):
        read = RunLengths.from_coco({"size": [height, width], "counts": counts}, height, width)
        assert read == expected
        assert hash(read) == hash(expected)


def test_numbers_written_longer_than_needed_are_shortened():
    mask = np.zeros((10, 10), bool)
    mask[3:6, 2] = True
    expected = RunLengths.from_mask(mask)
    text = expected.counts.decode("ascii")
    # "3" is the run of 3 pixels; "S0" is 3 with five more bits, all zero.
    assert text.count("3") == 1
    longer = {"size": [10, 10], "counts": text.replace("3", "S0")}
    assert np.array_equal(mask_utils.decode(longer), mask)
    assert RunLengths.from_coco(longer, 10, 10) == expected


@given(st.from_type(RunLengths))
def test_to_coco_and_back(lengths):
    assert RunLengths.from_coco(lengths.to_coco(), lengths.height, lengths.width) == lengths


coordinates = st.floats(-5, 25) | st.integers(-5, 25)
polygons = st.lists(coordinates, min_size=6, max_size=14).filter(lambda p: len(p) % 2 == 0)


@given(st.lists(polygons, min_size=1, max_size=3), st.integers(3, 20), st.integers(3, 20))
def test_polygons_become_what_pycocotools_makes_of_them(parts, height, width):
    union = np.zeros((height, width), bool)
    for part in parts:
        union |= mask_utils.decode(mask_utils.frPyObjects([part], height, width)[0]).astype(bool)
    lengths = RunLengths.from_coco(parts, height, width)
    assert lengths == RunLengths.from_mask(union)


@pytest.mark.parametrize(
    ("segmentation", "says"),
    [
        ([], "neither a list of polygons"),
        ("polygon", "neither a list of polygons"),
        (17, "neither a list of polygons"),
        ([[1, 1, 5, 5]], "three pairs"),
        ([[1, 1, 5, 5, 1, 5, 2]], "three pairs"),
        ([1, 1, 5, 5, 1, 5], "three pairs"),
        (["115515"], "three pairs"),
        ([[1, 1, 5, 5, 1, float("nan")]], "finite"),
        ([[1, 1, 5, 5, 1, float("inf")]], "finite"),
        ([[1, 1, 5, 5, 1, "5"]], "finite"),
        ([[1, 1, 5, 5, 1, True]], "finite"),
        ([[1, 1, 5, 5, 1, 1e9]], "far outside"),
        ({"size": [5, 10], "counts": [50]}, "size"),
        ({"counts": [60]}, "size"),
        ({"size": [6, 10]}, "neither a list of whole numbers"),
        ({"size": [6, 10], "counts": [50]}, "60 pixels"),
        ({"size": [6, 10], "counts": []}, "60 pixels"),
        ({"size": [6, 10], "counts": [70, -10]}, "whole numbers"),
        ({"size": [6, 10], "counts": [59.0, 1]}, "whole numbers"),
        ({"size": [6, 10], "counts": ""}, "damaged"),
        ({"size": [6, 10], "counts": "l"}, "damaged"),
        ({"size": [6, 10], "counts": "l1\n"}, "damaged"),
        ({"size": [6, 10], "counts": "猫"}, "damaged"),
        ({"size": [6, 10], "counts": "k1"}, "60 pixels"),
        ({"size": [6, 10], "counts": "oooooooooooo0"}, "damaged"),
        ({"size": [6, 10], "counts": "oooooo0"}, "60 pixels"),
    ],
)
def test_what_is_no_segmentation_is_refused_with_the_reason(segmentation, says):
    with pytest.raises(ValueError, match=says):
        RunLengths.from_coco(segmentation, 6, 10)


@given(st.text(st.characters(min_codepoint=40, max_codepoint=120), max_size=12))
def test_no_text_breaks_the_decoder(text):
    """Either it is refused, or what it became is a mask of the right size."""
    try:
        lengths = RunLengths.from_coco({"size": [6, 10], "counts": text}, 6, 10)
    except ValueError:
        return
    assert RunLengths.from_mask(lengths.to_mask()) == lengths


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (-1, 10), (70_000, 70_000)])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(ValueError, match="cannot have"):
        RunLengths.from_coco([[0, 0, 1, 0, 1, 1]], *size)


@pytest.mark.parametrize("mask", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 1), bool), np.zeros(4, bool)])
def test_only_boolean_images_are_encoded(mask):
    with pytest.raises(ValueError, match="bool H x W"):
        RunLengths.from_mask(mask)


class TestFromCrop:
    @given(st.from_type(RunLengths))
    def test_it_is_the_inverse_of_crop(self, mask: RunLengths):
        part, x0, y0 = mask.crop()
        assert RunLengths.from_crop(part, x0, y0, height=mask.height, width=mask.width) == mask

    @given(st.data())
    def test_any_part_of_a_mask_at_its_place(self, data: st.DataObject):
        mask = data.draw(st.from_type(RunLengths)).to_mask()
        height, width = data.draw(st.integers(mask.shape[0], 40)), data.draw(st.integers(mask.shape[1], 40))
        x0, y0 = data.draw(st.integers(0, width - mask.shape[1])), data.draw(st.integers(0, height - mask.shape[0]))
        whole = np.zeros((height, width), bool)
        whole[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]] = mask
        assert RunLengths.from_crop(mask, x0, y0, height=height, width=width) == RunLengths.from_mask(whole)

    def test_a_part_outside_is_refused(self):
        with pytest.raises(ValueError, match="not inside"):
            RunLengths.from_crop(np.ones((3, 3), bool), 8, 0, height=10, width=10)
        with pytest.raises(ValueError, match="bool"):
            RunLengths.from_crop(np.ones((3, 3), np.uint8), 0, 0, height=10, width=10)


def test_any_number_of_masks_is_measured():
    masks = [RunLengths.from_mask(np.arange(20).reshape(4, 5) < i % 21) for i in range(600)]
    measure(masks)
    assert [vars(mask)["area"] for mask in masks] == [i % 21 for i in range(600)]
    assert vars(masks[7])["bbox"] == (0, 0, 5, 2)


@given(masks, st.data())
def test_shifting_moves_the_pixels(mask, data):
    lengths = RunLengths.from_mask(mask)
    x, y, width, height = lengths.bbox
    dx = data.draw(st.integers(-x, mask.shape[1] - x - width))
    dy = data.draw(st.integers(-y, mask.shape[0] - y - height))
    wanted = np.roll(mask, (dy, dx), axis=(0, 1))
    assert lengths.shifted(dx, dy) == RunLengths.from_mask(wanted)


def test_shifting_refuses_to_lose_pixels():
    mask = np.zeros((4, 5), bool)
    mask[1:3, 1:4] = True
    with pytest.raises(ValueError, match="not inside"):
        RunLengths.from_mask(mask).shifted(2, 0)


def test_equal_masks_are_equal_however_they_were_made():
    drawn = RunLengths.from_coco([[1, 1, 5, 1, 5, 4, 1, 4]], 6, 10)
    again = RunLengths.from_coco([[1, 1, 5, 1, 5, 4, 1, 4]], 6, 10)
    assert drawn.is_pending
    assert drawn == drawn
    assert drawn.is_pending
    assert drawn == again == RunLengths.from_mask(again.to_mask())
    assert hash(drawn) == hash(again)
    assert not drawn.is_pending
    assert drawn != RunLengths.from_coco([[1, 1, 5, 1, 5, 4, 1, 4]], 6, 11)
    assert drawn != "a mask"
    assert pickle.loads(pickle.dumps(RunLengths.from_coco([[1, 1, 5, 1, 5, 4, 1, 4]], 6, 10))) == drawn
