"""TinySam: what goes in, what comes out, and that a batch changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from annotator.model.sam import TinySam

SIZE = 256
# Batches sum products in another order.
BATCH_LOGITS, BATCH_IOU = 1e-3, 1e-4


@pytest.fixture(scope="module")
def network(checkpoint):
    return TinySam.from_checkpoint(replace(checkpoint, config=replace(checkpoint.config, image_size=SIZE)))


@pytest.fixture(scope="module")
def image():
    """A bright disc and a square on a gradient, normalised; the lower quarter is padding."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    picture = np.stack([x / 128 - 1, y / 128 - 1, (x + y) / 256 - 1])
    picture[:, (x - 90) ** 2 + (y - 90) ** 2 < 50**2] = 2.0
    picture[:, 140:180, 160:220] = -2.0
    picture[:, 192:] = 0.0
    return picture[None]


@pytest.fixture(scope="module")
def features(network, image):
    return network.encode(image)


@pytest.fixture(scope="module")
def prompts():
    random = np.random.default_rng(5)
    corners = np.sort(random.uniform(0, 190, (4, 2, 2)), axis=1).astype(np.float32)
    return {
        "points": random.uniform(0, 190, (4, 3, 2)).astype(np.float32),
        "labels": np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 1, 1]], np.int32),
        "boxes": corners.reshape(4, 4),
        "mask_input": random.normal(0, 5, (4, 1, 64, 64)).astype(np.float32),
    }


def no_points(prompts=1):
    return np.zeros((prompts, 0, 2), np.float32), np.zeros((prompts, 0), np.int32)


def test_encode(features):
    assert features.shape == (1, 256, 16, 16)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


@pytest.mark.parametrize("size", [320, 512])
def test_other_image_sizes(checkpoint, image, size):
    network = TinySam.from_checkpoint(replace(checkpoint, config=replace(checkpoint.config, image_size=size)))
    picture = np.zeros((1, 3, size, size), np.float32)
    picture[..., :SIZE, :SIZE] = image
    logits, predicted_iou = network.decode(
        network.encode(picture), np.array([[[90, 90]]], np.float32), np.array([[1]], np.int32)
    )
    assert logits.shape == (1, 3, size // 4, size // 4)
    assert np.isfinite(logits).all()
    assert np.isfinite(predicted_iou).all()


@pytest.mark.parametrize(("count", "with_box"), [(1, False), (3, False), (0, True), (3, True)])
@pytest.mark.parametrize("with_mask", [False, True])
def test_a_batch_equals_single_prompts(network, features, prompts, count, with_box, with_mask):
    def decode(which):
        return network.decode(
            features,
            prompts["points"][which, :count],
            prompts["labels"][which, :count],
            prompts["boxes"][which] if with_box else None,
            prompts["mask_input"][which] if with_mask else None,
        )

    logits, predicted_iou = decode(slice(0, 4))
    assert logits.shape == (4, 3, 64, 64)
    assert logits.dtype == predicted_iou.dtype == np.float32
    assert predicted_iou.shape == (4, 3)
    assert np.abs(logits[0] - logits[1]).max() > 100 * BATCH_LOGITS
    for i in range(4):
        single_logits, single_iou = decode(slice(i, i + 1))
        np.testing.assert_allclose(logits[i], single_logits[0], atol=BATCH_LOGITS, rtol=0)
        np.testing.assert_allclose(predicted_iou[i], single_iou[0], atol=BATCH_IOU, rtol=0)


def test_decoding_leaves_nothing_behind(network, features, prompts):
    one = prompts["points"][:1, :1], prompts["labels"][:1, :1]
    before, _ = network.decode(features, *one)
    network.decode(features, *no_points(4), prompts["boxes"], prompts["mask_input"])
    after, _ = network.decode(features, *one)
    np.testing.assert_array_equal(before, after)


def test_every_part_of_a_prompt_counts(network, features, prompts):
    points, labels = prompts["points"][:1, :2], np.array([[1, 1]], np.int32)
    base, _ = network.decode(features, points, labels)
    others = [
        network.decode(features, points, np.array([[1, 0]], np.int32)),
        network.decode(features, points[:, :1], labels[:, :1]),
        network.decode(features, points, labels, prompts["boxes"][:1]),
        network.decode(features, points, labels, None, prompts["mask_input"][:1]),
        network.decode(features, points + 30, labels),
    ]
    for logits, _ in others:
        assert np.abs(logits - base).max() > 0.1


def test_poll_can_abandon_the_encoding(network, image, features):
    class Stop(Exception):
        pass

    calls = 0

    def stop_late():
        nonlocal calls
        calls += 1
        if calls == 5:
            raise Stop

    with pytest.raises(Stop):
        network.encode(image, stop_late)
    assert calls == 5
    calls = 10
    np.testing.assert_array_equal(network.encode(image, stop_late), features)
    assert calls >= 20


class TestWrongArguments:
    def test_an_image_of_another_size(self, network, image):
        with pytest.raises(ValueError, match=r"image has the shape \(1, 3, 128, 256\)"):
            network.encode(image[:, :, :128])

    def test_features_of_another_size(self, network, features, prompts):
        with pytest.raises(ValueError, match="features"):
            network.decode(features[..., :8], prompts["points"], prompts["labels"])

    @pytest.mark.parametrize("label", [-1, 2, 3])
    def test_unknown_labels(self, network, features, prompts, label):
        with pytest.raises(ValueError, match="labels must be 0 or 1"):
            network.decode(features, prompts["points"], np.full((4, 3), label, np.int32))

    def test_nothing_to_decode(self, network, features):
        with pytest.raises(ValueError, match="nothing to decode"):
            network.decode(features, *no_points(1))
        with pytest.raises(ValueError, match="nothing to decode"):
            network.decode(features, *no_points(0), np.zeros((0, 4), np.float32))

    @pytest.mark.parametrize("part", ["points", "boxes", "mask_input"])
    def test_parts_of_different_length(self, network, features, prompts, part):
        arguments = {**prompts, part: prompts[part][:3]}
        with pytest.raises(ValueError, match=f"{part} has the shape"):
            network.decode(features, **arguments)


def test_in_a_fresh_process_nothing_is_printed_or_left_behind(tmp_path, project, checkpoint):
    """MindSpore likes to leave folders in the working directory, and the cap on oneDNN must come before it."""
    script = f"""
import os, sys
import annotator.model
assert "mindspore" not in sys.modules
import numpy as np
from annotator.model.checkpoint import read_checkpoint, read_info
path = {str(project / "weights" / "tinysam-starter.safetensors")!r}
assert read_info(path).name == {checkpoint.info.name!r}
assert "mindspore" not in sys.modules
from annotator.model.sam import TinySam
network = TinySam.from_checkpoint(read_checkpoint(path))
size = network.config.image_size
features = network.encode(np.zeros((1, 3, size, size), np.float32))
network.decode(features, np.zeros((1, 1, 2), np.float32), np.ones((1, 1), np.int32))
assert os.environ["ONEDNN_MAX_CPU_ISA"] == "AVX2_VNNI"
"""
    environment = {k: v for k, v in os.environ.items() if k != "ONEDNN_MAX_CPU_ISA"} | {"PYTHONPATH": str(project)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
