"""A fingerprint changes with everything an embedding depends on, and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from annotator.segment.identity import ModelIdentity

IDENTITY = ModelIdentity(name="starter", digest="abc", precision="fp32", image_size=1024)
RGB = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


@pytest.mark.parametrize("change", [{"digest": "abd"}, {"precision": "fp16"}, {"image_size": 512}, {"arithmetic": "x"}])
def test_another_model_has_other_fingerprints(change):
    assert replace(IDENTITY, **change).fingerprint(RGB) != IDENTITY.fingerprint(RGB)


def test_the_name_does_not_count():
    assert replace(IDENTITY, name="renamed").fingerprint(RGB) == IDENTITY.fingerprint(RGB)


def test_one_pixel_counts():
    other = RGB.copy()
    other[19, 29, 2] ^= 1
    assert IDENTITY.fingerprint(other) != IDENTITY.fingerprint(RGB)


def test_the_same_bytes_in_another_shape_count():
    assert IDENTITY.fingerprint(RGB.reshape(30, 20, 3)) != IDENTITY.fingerprint(RGB)


def test_the_memory_layout_does_not_count():
    assert IDENTITY.fingerprint(np.asfortranarray(RGB)) == IDENTITY.fingerprint(RGB)
    assert IDENTITY.fingerprint(RGB[::-1]) == IDENTITY.fingerprint(RGB[::-1].copy())


def test_shapes_follow_the_image_size():
    assert IDENTITY.features_shape == (1, 256, 64, 64)
    assert IDENTITY.logits_side == 256
