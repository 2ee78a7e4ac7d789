"""The prompt encoder over kernels: the same function as `prompt_encoder`, with NumPy arrays in and out."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from annotator.kernels import arrays, operators
from annotator.model.architecture import EMBED, EMBED_STRIDE
from annotator.model.cells import Weights
from annotator.model.prompt_encoder import PADDING

Floats = npt.NDArray[np.float32]


class FusedPromptEncoder:
    """Points, box corners and padding as tokens. The frame is the network's input: S x S pixels, (x, y).

    Needs the compiled kernels: raises KernelsUnavailable without them.
    """

    def __init__(self, weights: Weights, image_size: int) -> None:
        self._image_size = image_size
        self._frequencies = weights.array("pe_layer.positional_encoding_gaussian_matrix")  # (2, 128)
        names = ["not_a_point_embed", *(f"point_embeddings.{label}" for label in range(4))]
        self._kinds = np.concatenate([weights.array(f"{name}.weight") for name in names])  # (5, 256), from PADDING on
        self._no_mask = weights.array("no_mask_embed.weight")  # (1, 256)
        layers = weights.under("mask_downscaling")
        small = (layers.under(name) for name in "0134")
        self._mask = tuple(layer.array(part) for layer in small for part in ("weight", "bias"))
        widen = layers.under("6")
        self._mask_rows = np.concatenate([widen.array("bias")[None], widen.array("weight").T])[None]  # (1, 17, 256)
        self._plain = np.ones((1, (image_size // EMBED_STRIDE) ** 2, 1), np.float32)

    def __call__(self, points: Floats, labels: npt.NDArray[np.int32]) -> Floats:
        """P x N x 2 and P x N -> P x N x 256; labels as in `prompt_encoder`; the place of padding does not count."""
        places = self._positions(points)
        places[labels == PADDING] = 0
        tokens: Floats = places + self._kinds[labels - PADDING]
        return tokens

    def grid_positions(self) -> Floats:
        """(S/16)^2 x 256: positions of the embedding's cells, row by row."""
        grid = self._image_size // EMBED_STRIDE
        y, x = np.divmod(np.arange(grid * grid), grid)
        # The half pixel that `_positions` adds is not part of a cell's centre.
        return self._positions(((np.stack([x, y], -1) + 0.5) * EMBED_STRIDE - 0.5).astype(np.float32))

    def _positions(self, points: Floats) -> Floats:
        """... x 2 -> ... x 256: random Fourier features (Tancik et al., arXiv 2006.10739) of the pixels' centres."""
        unit = (points.astype(np.float32) + np.float32(0.5)) * np.float32(2 / self._image_size) - np.float32(1)
        angles = unit @ self._frequencies * np.float32(2 * math.pi)
        return np.concatenate([np.sin(angles), np.cos(angles)], -1)

    def image_tokens(self, features: Floats) -> Floats:
        """1 x 256 x G x G, an embedding, as G^2 x 256, row by row."""
        return np.ascontiguousarray(features.reshape(EMBED, -1).T, np.float32)

    def onto_image(self, logits: Floats | None) -> tuple[Floats, Floats]:
        """What P masks, or their absence, add to an image: states and rows of `image_view`.

        logits: P x S/4 x S/4, the network's mask logits, or None. With None, what is returned is for all prompts.
        """
        if logits is None:
            return self._plain, self._no_mask[None]
        return arrays.run(operators.MASK_PROMPT, logits, *self._mask), self._mask_rows
