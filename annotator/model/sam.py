"""TinySAM as one object: NumPy arrays in and out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from mindspore import Tensor, ops

from annotator import kernels
from annotator.model.architecture import EMBED, EMBED_STRIDE, MASK_STRIDE
from annotator.model.cells import Weights
from annotator.model.checkpoint import Checkpoint
from annotator.model.config import TinySamConfig
from annotator.model.fold import Tensors, fold
from annotator.model.fused_decoder import FusedDecoder
from annotator.model.fused_tiny_vit import FusedTinyVit
from annotator.model.mask_decoder import MaskDecoder
from annotator.model.prompt_encoder import BOTTOM_RIGHT, NEGATIVE, PADDING, POSITIVE, TOP_LEFT, PromptEncoder
from annotator.model.tiny_vit import TinyVit

Floats = npt.NDArray[np.float32]


class TinySam:
    """Encodes an image once, then decodes any number of prompts on it. S is `config.image_size`.

    It is not thread-safe, and results depend on arguments alone; every array is float32 unless stated.
    """

    def __init__(self, tensors: Tensors, config: TinySamConfig, *, fused: bool | None = None) -> None:
        """`tensors`: the inference form, as `fold` makes it.

        fused: whether it runs on the kernels, many times faster; None uses them where they were built.
        """
        self.config = config
        weights = Weights(tensors)
        self.arithmetic = "mindspore"  # what computes; results of another differ in their last bits
        if kernels.available() if fused is None else fused:
            self._image_encoder: FusedTinyVit | TinyVit = FusedTinyVit(weights.under("image_encoder"))
            self._decoder: FusedDecoder | PlainDecoder = FusedDecoder(weights, config.image_size)
            self.arithmetic = f"{kernels.describe().isa} kernels"
        else:
            self._image_encoder = TinyVit(weights.under("image_encoder"), config.image_size)
            self._decoder = PlainDecoder(weights, config.image_size)
        self._image_encoder.set_train(False)

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint, *, fused: bool | None = None) -> TinySam:
        """The network of a checkpoint, whose norms are folded into its layers; fused: as for the class."""
        return cls(fold(checkpoint.tensors), checkpoint.config, fused=fused)

    def encode(self, image: Floats, poll: Callable[[], None] | None = None) -> Floats:
        """Embed one image: 1 x 3 x S x S, RGB, normalised and zero-padded -> 1 x 256 x S/16 x S/16.

        `poll` is called between the network's stages; an exception it raises abandons the work.
        """
        size = self.config.image_size
        _check_shape("image", image, (1, 3, size, size))
        features: Floats = self._image_encoder(_tensor(image), poll or _no_poll).asnumpy()
        return features

    def decode(
        self,
        features: Floats,
        points: Floats,
        labels: npt.NDArray[np.int32],
        boxes: Floats | None = None,
        mask_input: Floats | None = None,
    ) -> tuple[Floats, Floats]:
        """Decode P prompts on one image, in the frame of the network's input (pixels of S x S, (x, y)).

        features: 1 x 256 x S/16 x S/16, from `encode`; not to be written to afterwards.
        points: P x N x 2; N may be 0 when there are boxes. labels: P x N int32, 1 positive, 0 negative.
        boxes: P x 4, (x0, y0, x1, y1), or None.
        mask_input: P x 1 x S/4 x S/4 logits of the masks being refined, or None.

        Returns logits P x 3 x S/4 x S/4 and predicted IoUs P x 3, in the network's order.

        All prompts of a call have the same N and the same parts, because a padding point is a token like any other and
        changes the result: decode prompts of different shape in separate calls. The one padding point that the network
        expects after points without a box is added here. Raises ValueError for other shapes and labels.
        """
        size = self.config.image_size
        grid, low = size // EMBED_STRIDE, size // MASK_STRIDE
        prompts, count = labels.shape
        _check_shape("features", features, (1, EMBED, grid, grid))
        _check_shape("points", points, (prompts, count, 2))
        if not np.isin(labels, (NEGATIVE, POSITIVE)).all():
            raise ValueError("labels must be 0 or 1; prompts with different numbers of points need separate calls")
        if prompts == 0 or (count == 0 and boxes is None):
            raise ValueError("there is nothing to decode: give at least one prompt, and each a point or a box")
        if boxes is None:
            corners, corner_labels = np.zeros((prompts, 1, 2), np.float32), [PADDING]
        else:
            _check_shape("boxes", boxes, (prompts, 4))
            corners, corner_labels = boxes.reshape(prompts, 2, 2), [TOP_LEFT, BOTTOM_RIGHT]
        places = np.concatenate([points, corners], 1)
        kinds = np.concatenate([labels, np.tile(np.array(corner_labels, np.int32), (prompts, 1))], 1)
        if mask_input is not None:
            _check_shape("mask_input", mask_input, (prompts, 1, low, low))
        return self._decoder(features, places, kinds.astype(np.int32), mask_input)


class PlainDecoder:
    """Prompt encoder and mask decoder on MindSpore's own operators. Its calls are those of FusedDecoder."""

    def __init__(self, weights: Weights, image_size: int) -> None:
        """`weights`: those of the whole network, in inference form."""
        self._prompt_encoder = PromptEncoder(weights.under("prompt_encoder"), image_size)
        self._mask_decoder = MaskDecoder(weights.under("mask_decoder"))
        for cell in (self._prompt_encoder, self._mask_decoder):
            cell.set_train(False)
        self._positions = self._prompt_encoder.grid_positions()

    def __call__(
        self, features: Floats, points: Floats, labels: npt.NDArray[np.int32], mask_input: Floats | None
    ) -> tuple[Floats, Floats]:
        """Logits P x 3 x S/4 x S/4 and predicted IoUs P x 3.

        features: 1 x 256 x S/16 x S/16. points: P x N x 2, box corners and padding included. labels: P x N, those of
        `prompt_encoder`. mask_input: P x 1 x S/4 x S/4 logits, or None.
        """
        prompt = self._prompt_encoder(_tensor(points), Tensor(labels))
        image = ops.transpose(_tensor(features).reshape(1, EMBED, -1), (0, 2, 1))  # (1, N, 256)
        earlier = None if mask_input is None else _tensor(mask_input)
        image = self._prompt_encoder.onto_image(image, len(labels), earlier)
        logits, predicted_iou = self._mask_decoder(image, self._positions, prompt)
        return logits.asnumpy(), predicted_iou.asnumpy()


def _tensor(array: Floats) -> Tensor:
    return Tensor(np.ascontiguousarray(array, np.float32))


def _check_shape(name: str, array: npt.NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}; expected {shape}")


def _no_poll() -> None:
    return None
