"""The settings that travel with a checkpoint."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.errors import WeightsError
from annotator.model.config import EverythingThresholds, TinySamConfig

shares = st.floats(0, 1)
configs = st.builds(
    TinySamConfig,
    image_size=st.integers(4, 32).map(lambda n: 64 * n),
    mask_threshold=st.floats(-5, 5),
    everything=st.builds(
        EverythingThresholds,
        points_per_side=st.integers(2, 64),
        predicted_iou=shares,
        stability=shares,
        stability_offset=st.floats(0, 4),
        confident_logit=st.floats(-10, 10),
        nms_iou=shares,
    ),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(configs)
def test_json_round_trip(config):
    assert TinySamConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_defaults_are_the_papers():
    assert TinySamConfig.from_json({}) == TinySamConfig(
        image_size=1024,
        mask_threshold=0.0,
        everything=EverythingThresholds(
            points_per_side=32,
            predicted_iou=0.88,
            stability=0.95,
            stability_offset=1.0,
            confident_logit=8.5,
            nms_iou=0.7,
        ),
    )


@pytest.mark.parametrize("size", [0, -64, 192, 255, 257, 1000, 512.0, "512", None, True])
def test_impossible_image_sizes(size):
    with pytest.raises(WeightsError, match=r"image_size.*multiple of 64"):
        TinySamConfig.from_json({"image_size": size})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "must be an object"),
        ({"everything": 3}, "must be an object"),
        ({"imagesize": 256}, "unknown values: imagesize"),
        ({"everything": {"iou": 0.5}}, "unknown values: iou"),
        ({"mask_threshold": "0"}, "mask_threshold.*finite number"),
        ({"mask_threshold": float("nan")}, "mask_threshold.*finite number"),
        ({"everything": {"stability": 1.5}}, r"stability is 1\.5"),
        ({"everything": {"predicted_iou": True}}, "predicted_iou"),
        ({"everything": {"points_per_side": 1}}, "points_per_side"),
        ({"everything": {"points_per_side": 16.0}}, "points_per_side"),
        ({"everything": {"stability_offset": -1}}, "stability_offset"),
        ({"everything": {"nms_iou": -0.1}}, "nms_iou"),
        ({"everything": {"confident_logit": None}}, "confident_logit"),
    ],
)
def test_nonsense(values, message):
    with pytest.raises(WeightsError, match=message):
        TinySamConfig.from_json(values)


keys = st.sampled_from(["image_size", "mask_threshold", "everything", "stability", "points_per_side"])


@given(json_values | st.dictionaries(keys, json_values | st.dictionaries(keys, json_values)))
def test_any_json_is_a_config_or_a_weights_error(values):
    try:
        config = TinySamConfig.from_json(values)
    except WeightsError:
        return
    assert TinySamConfig.from_json(config.to_json()) == config
