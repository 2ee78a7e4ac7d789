"""The table of tensors against the facts published about the network."""

from __future__ import annotations

import math

from annotator.model.architecture import tensor_shapes
from annotator.model.torch_file import open_torch_file


def test_the_tensors_of_the_reference_checkpoint(shared):
    with open_torch_file(shared / "reference" / "starter.pth") as tensors:
        assert {name: tensor.shape for name, tensor in tensors.items()} == tensor_shapes()


def test_ten_million_parameters():
    """10.13 M by the paper (arXiv 2312.13789, table 1), 6.07 M of them the image encoder's."""
    buffers = ("running_mean", "running_var", "num_batches_tracked", "gaussian_matrix")
    sizes = {name: math.prod(shape) for name, shape in tensor_shapes().items() if not name.endswith(buffers)}
    assert round(sum(sizes.values()) / 1e6, 2) == 10.13
    assert round(sum(n for name, n in sizes.items() if name.startswith("image_encoder.")) / 1e6, 2) == 6.07
