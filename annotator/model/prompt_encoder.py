"""The prompt encoder: points, a box and a previous mask as vectors of the decoder's width, in inference form."""

from __future__ import annotations

import math

import numpy as np
from mindspore import Tensor, nn, ops

from annotator.model.architecture import EMBED, EMBED_STRIDE, MASK_WIDTHS
from annotator.model.cells import Dense, LayerNorm, Weights, constant, gelu

PADDING, NEGATIVE, POSITIVE, TOP_LEFT, BOTTOM_RIGHT = -1, 0, 1, 2, 3  # labels


class PromptEncoder(nn.Cell):
    """Points, box corners and padding as tokens. The frame is the network's input: S x S pixels, (x, y)."""

    def __init__(self, weights: Weights, image_size: int) -> None:
        super().__init__()
        self.image_size = image_size
        self.frequencies = weights.parameter("pe_layer.positional_encoding_gaussian_matrix")  # (2, 128)
        # One row per label, counted from PADDING: what is added to the position of such a point.
        names = ["not_a_point_embed", *(f"point_embeddings.{label}" for label in range(4))]
        self.kinds = constant(np.concatenate([weights.array(f"{n}.weight") for n in names]), name="kinds")  # (5, 256)
        self.no_mask = constant(weights.array("no_mask_embed.weight")[0], name="no_mask")  # (256,)
        self.add_bias = ops.BiasAdd()
        self.mask = MaskEncoder(weights.under("mask_downscaling"))

    def construct(self, points: Tensor, labels: Tensor) -> Tensor:  # (P, N, 2) float32, (P, N) int32
        """(P, N, 256): box corners are points with labels of their own; the place of a padding point does not count."""
        is_point = (labels != PADDING).astype(points.dtype).expand_dims(-1)
        return self.positions(points) * is_point + ops.gather(self.kinds, labels - PADDING, 0)

    def onto_image(self, image: Tensor, prompts: int, logits: Tensor | None) -> Tensor:
        """(1, N, 256) -> (P, N, 256): the image's cells with the embedding of P masks, or of no mask, added to each.

        logits: (P, 1, S/4, S/4), network's mask logits, or None.
        """
        if logits is None:
            image = self.add_bias(image.reshape(-1, EMBED), self.no_mask).reshape(image.shape)
            return ops.tile(image, (prompts, 1, 1))
        return ops.tile(image, (prompts, 1, 1)) + self.mask(logits)

    def positions(self, points: Tensor) -> Tensor:  # (..., 2)
        """(..., 256): random Fourier features (Tancik et al., arXiv 2006.10739) of the pixels' centres."""
        unit = (points.reshape(-1, 2) + 0.5) * (2.0 / self.image_size) - 1.0
        angles = ops.matmul(unit, self.frequencies) * (2.0 * math.pi)
        return ops.concat((ops.sin(angles), ops.cos(angles)), -1).reshape(*points.shape[:-1], EMBED)

    def grid_positions(self) -> Tensor:
        """(1, (S/16)^2, 256): positions of the embedding's cells, row by row."""
        grid = self.image_size // EMBED_STRIDE
        y, x = np.divmod(np.arange(grid * grid), grid)
        # The half pixel that `positions` adds is not part of a cell's centre.
        centres = (np.stack([x, y], -1) + 0.5) * EMBED_STRIDE - 0.5
        return self.positions(Tensor(centres[None].astype(np.float32)))


class MaskEncoder(nn.Cell):
    """Logits of an earlier mask as an addition to the image: (P, 1, S/4, S/4) -> (P, (S/16)^2, 256), row by row.

    Two convolutions with kernel = stride = 2 and one of kernel 1: matrix products over patches, once the 4 x 4 logits
    of a cell lie together.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.shrink1, self.norm1 = Dense(weights.under("0")), LayerNorm(weights.under("1"), eps=1e-6)
        self.shrink2, self.norm2 = Dense(weights.under("3")), LayerNorm(weights.under("4"), eps=1e-6)
        self.widen = Dense(weights.under("6"))

    def construct(self, logits: Tensor) -> Tensor:
        prompts, _, side, _ = logits.shape
        grid = side // 4
        cells = logits.reshape(prompts, grid, 2, 2, grid, 2, 2)  # (P, row, block row, pixel row, column, ...)
        patches = ops.transpose(cells, (0, 1, 4, 2, 5, 3, 6)).reshape(prompts, grid * grid, 4, 4)
        blocks = gelu(self.norm1(self.shrink1(patches)))  # (P, cells, 4, 4 channels)
        blocks = blocks.reshape(prompts, grid * grid, 4 * MASK_WIDTHS[0])
        return self.widen(gelu(self.norm2(self.shrink2(blocks))))
