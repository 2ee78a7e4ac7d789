"""Prompt encoder and mask decoder over kernels, and what they keep of the image that was decoded last."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from annotator.model.cells import Weights
from annotator.model.fused_attention import ImageHeads
from annotator.model.fused_mask_decoder import FusedMaskDecoder
from annotator.model.fused_prompt_encoder import FusedPromptEncoder

Floats = npt.NDArray[np.float32]


class FusedDecoder:
    """Decodes prompts in the frame of the network's input. Needs the compiled kernels; not thread-safe."""

    def __init__(self, weights: Weights, image_size: int) -> None:
        """`weights`: those of the whole network, in inference form. Raises KernelsUnavailable."""
        self._prompt_encoder = FusedPromptEncoder(weights.under("prompt_encoder"), image_size)
        self._mask_decoder = FusedMaskDecoder(weights.under("mask_decoder"), self._prompt_encoder.grid_positions())
        self._features: Floats | None = None
        self._image = self._plain_image = np.empty((1, 0, 0), np.float32)
        self._heads: ImageHeads | None = None

    def __call__(
        self, features: Floats, points: Floats, labels: npt.NDArray[np.int32], mask_input: Floats | None
    ) -> tuple[Floats, Floats]:
        """Logits P x 3 x S/4 x S/4 and predicted IoUs P x 3.

        features: 1 x 256 x S/16 x S/16 float32. What follows from them is kept for the next call, and found again when
        that is given the very same array, which must not have been written to.
        points: P x N x 2, box corners and padding included. labels: P x N, those of `prompt_encoder`.
        mask_input: P x 1 x S/4 x S/4 logits, or None.
        """
        if features is not self._features:
            self._image = self._prompt_encoder.image_tokens(features)
            self._plain_image = self._prompt_encoder.onto_image(self._image, None)
            self._heads = self._mask_decoder.heads(self._plain_image)
            self._features = features
        prompt = self._prompt_encoder(points, labels)
        if mask_input is None:
            return self._mask_decoder(self._plain_image, prompt, self._heads)
        logits = np.ascontiguousarray(mask_input[:, 0], np.float32)
        return self._mask_decoder(self._prompt_encoder.onto_image(self._image, logits), prompt)
