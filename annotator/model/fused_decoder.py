"""Prompt encoder and mask decoder over kernels, and what they keep of the images that were decoded last."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from annotator.model.cells import Weights
from annotator.model.fused_mask_decoder import FusedMaskDecoder
from annotator.model.fused_prompt_encoder import FusedPromptEncoder
from annotator.model.image_view import ImageMaps

Floats = npt.NDArray[np.float32]


class FusedDecoder:
    """Decodes prompts in the frame of the network's input. Needs the compiled kernels; not thread-safe.

    What it computes of an image, for all prompts, takes seven times the memory of the image's embedding and a few
    percent of the time to encode it. So it is not part of an Embedding, of which caches keep dozens, but kept here for
    the images that were decoded last.
    """

    _KEPT_BYTES = 72 << 20  # two images of 1024 x 1024, or thirty of 256 x 256

    def __init__(self, weights: Weights, image_size: int) -> None:
        """`weights`: those of the whole network, in inference form. Raises KernelsUnavailable."""
        self._prompt_encoder = FusedPromptEncoder(weights.under("prompt_encoder"), image_size)
        self._mask_decoder = FusedMaskDecoder(weights.under("mask_decoder"), self._prompt_encoder.grid_positions())
        self._kept: OrderedDict[int, tuple[Floats, ImageMaps]] = OrderedDict()  # by the features' id, the newest last

    def __call__(
        self, features: Floats, points: Floats, labels: npt.NDArray[np.int32], mask_input: Floats | None
    ) -> tuple[Floats, Floats]:
        """Logits P x 3 x S/4 x S/4 and predicted IoUs P x 3.

        features: 1 x 256 x S/16 x S/16 float32. What follows from them is kept for later calls, and found again when
        those are given the very same array, which must not have been written to.
        points: P x N x 2, box corners and padding included. labels: P x N, those of `prompt_encoder`.
        mask_input: P x 1 x S/4 x S/4 logits, or None.
        """
        maps = self._maps_of(features)
        logits = None if mask_input is None else np.ascontiguousarray(mask_input[:, 0], np.float32)
        state, rows = self._prompt_encoder.onto_image(logits)
        return self._mask_decoder(maps, self._prompt_encoder(points, labels), state, rows)

    def _maps_of(self, features: Floats) -> ImageMaps:
        # The features are kept, too, so that no other array can get their id.
        _, maps = self._kept.pop(id(features), (None, None))
        if maps is None:
            maps = self._mask_decoder.maps(self._prompt_encoder.image_tokens(features))
            most = max(1, self._KEPT_BYTES // (maps.nbytes + features.nbytes))
            while len(self._kept) >= most:
                self._kept.popitem(last=False)
        self._kept[id(features)] = features, maps
        return maps

    @property
    def nbytes(self) -> int:
        """Bytes that are kept of images now."""
        return sum(features.nbytes + maps.nbytes for features, maps in self._kept.values())
