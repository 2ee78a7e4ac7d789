"""The network at 1024 pixels against stored outputs of the public PyTorch implementation.

With the kernels of each instruction set, and without any on MindSpore's own operators.
Masks, after resizing to the image, are compared in tests/segment.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from annotator.model.checkpoint import read_checkpoint
from annotator.model.sam import TinySam
from tests.instruction_sets import NAMES, instruction_set
from tests.model.reference_input import network_input

# float32; the largest differences seen are 9e-5 (embedding), 1.4e-4 (logits) and 6e-7 (predicted IoU).
EMBEDDING, LOGITS, PREDICTED_IOU = 2e-3, 2e-2, 2e-3
IMAGES, PROMPTS = ("photo", "square", "wide"), range(7)


@pytest.fixture(scope="module")
def reference(shared):
    return shared / "reference"


@pytest.fixture(scope="module")
def golden(reference):
    with np.load(reference / "golden.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def entries(reference):
    described = json.loads((reference / "golden.json").read_text(encoding="utf-8"))
    return {entry["file"].removesuffix(".jpg"): entry for entry in described["images"]}


@pytest.fixture(scope="module", params=NAMES)
def network(request, reference):
    with instruction_set(request.param):
        yield TinySam.from_checkpoint(read_checkpoint(reference / "starter.pth"))


@pytest.fixture(scope="module")
def network_without_kernels(reference):
    return TinySam.from_checkpoint(read_checkpoint(reference / "starter.pth"), fused=False)


def resized(entry):
    height, width = entry["size"]
    scale = 1024 / max(height, width)
    return int(height * scale + 0.5), int(width * scale + 0.5)


@pytest.mark.parametrize("name", IMAGES)
def test_embedding(network, reference, golden, name):
    check_embedding(network, reference, golden, name)


def test_embedding_without_the_kernels(network_without_kernels, reference, golden):
    check_embedding(network_without_kernels, reference, golden, "wide")


def check_embedding(network, reference, golden, name):
    image = network_input(reference / f"{name}.jpg", 1024)
    np.testing.assert_allclose(network.encode(image), golden[f"{name}_embedding"], atol=EMBEDDING, rtol=0)


@pytest.mark.parametrize("number", PROMPTS)
@pytest.mark.parametrize("name", IMAGES)
def test_prompt(network, golden, entries, name, number):
    check_prompt(network, golden, entries, name, number)


@pytest.mark.parametrize("number", PROMPTS)
def test_prompt_without_the_kernels(network_without_kernels, golden, entries, number):
    check_prompt(network_without_kernels, golden, entries, "wide", number)


def check_prompt(network, golden, entries, name, number):
    entry = entries[name]
    prompt = entry["prompts"][number]
    scale = np.array(resized(entry)[::-1]) / np.array(entry["size"][::-1])  # x, y
    points = (np.array(prompt["points"]).reshape(1, -1, 2) * scale).astype(np.float32)
    box = None
    if prompt["box"] is not None:
        box = (np.array(prompt["box"]).reshape(2, 2) * scale).astype(np.float32).reshape(1, 4)
    logits, predicted_iou = network.decode(
        golden[f"{name}_embedding"],
        points,
        np.array(prompt["labels"], np.int32).reshape(1, -1),
        box,
        golden[prompt["logits_in"]][None, None] if "logits_in" in prompt else None,
    )
    np.testing.assert_allclose(logits[0], golden[prompt["logits"]], atol=LOGITS, rtol=0)
    np.testing.assert_allclose(predicted_iou[0], golden[prompt["iou"]], atol=PREDICTED_IOU, rtol=0)


def test_every_stored_prompt_is_tested(entries):
    assert tuple(entries) == IMAGES
    assert all(len(entry["prompts"]) == len(PROMPTS) for entry in entries.values())
