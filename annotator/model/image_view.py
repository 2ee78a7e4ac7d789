"""The image as the mask decoder's layers see it, computed once for all prompts.

Each of the decoder's two attentions of the image over the tokens adds to every cell a combination of few rows, one for
each head of each token, and then normalises it. What a prompt makes of the image x0 (N x 256) is therefore always

    x = scale * (x0 L)  +  coefficients @ rows  +  shift

where `L` (256 x 256) and `shift` (256) are the network's own, `scale` is one number for each cell and `coefficients`
are some, and rows (S x 256) are few. So a linear map of x needs the map of x0 L, the same for all prompts
(`ImageMaps`), and that of some rows. A cell's scale and coefficients are its state: N x S, the scale first, which is
also the coefficient of the first row. Nothing of this is an approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotator.kernels import arrays, operators
from annotator.kernels.arrays import pack
from annotator.model.architecture import DECODER_BLOCKS, DECODER_HEADS, EMBED
from annotator.model.cells import Weights

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ImageMaps:
    """What several prompts on one image share. Of N cells:

    keys, values: for each attention over the image, N x 128; queries: for each of the image, N x 128; the eight heads'
    numbers at one depth are side by side. residuals: before each norm, N x 256. upscaled: by the first transposed
    convolution, N x 256.
    """

    keys: tuple[Floats, ...]
    values: tuple[Floats, ...]
    queries: tuple[Floats, ...]
    residuals: tuple[Floats, ...]
    upscaled: Floats

    @property
    def nbytes(self) -> int:
        """Bytes of all maps."""
        return sum(map.nbytes for map in (*self.keys, *self.values, *self.queries, *self.residuals, self.upscaled))


@dataclass(frozen=True)
class Stage:
    """The image before the first block, or after one: `matrix` (256 x 256) is L, `shift` (256) as above; in float64."""

    matrix: npt.NDArray[np.float64]
    shift: npt.NDArray[np.float64]

    @classmethod
    def first(cls) -> Stage:
        """The encoder's image as it is."""
        return cls(np.eye(EMBED), np.zeros(EMBED))

    def after(self, norm: Weights) -> Stage:
        """The image after an attention with that norm."""
        return Stage(centred(self.matrix) * norm.array("weight"), norm.array("bias").astype(np.float64))

    def mapped(self, weight: Floats) -> Floats:
        """The packed weight that applies `weight` (outputs x 256) to x0 L, given x0."""
        return pack((weight @ self.matrix.T).astype(np.float32))

    def places(self, layer: Weights, positions: Floats) -> Floats:
        """What a projection makes of the shift and the positions (N x 256), its bias included, heads side by side."""
        weight, bias = by_depth(layer)
        return arrays.run(operators.DENSE, (positions + self.shift).astype(np.float32), pack(weight), bias)

    def constant(self, layer: Weights) -> Floats:
        """What a layer makes of the shift, its bias included."""
        return (layer.array("weight") @ self.shift + layer.array("bias")).astype(np.float32)


class ImageProjection:
    """From an image to its maps."""

    def __init__(self, transformer: Weights, upscaling: Floats, stages: list[Stage]) -> None:
        """upscaling: the first transposed convolution, outputs x 256; stages: before and after each block."""
        blocks = [transformer.under(f"layers.{i}") for i in range(DECODER_BLOCKS)]
        readers = [block.under("cross_attn_token_to_image") for block in blocks]
        readers.append(transformer.under("final_attn_token_to_image"))
        writers = [block.under("cross_attn_image_to_token") for block in blocks]

        def heads(layers: list[Weights], part: str) -> list[Floats]:
            return [stage.mapped(by_depth(layer.under(part))[0]) for stage, layer in zip(stages, layers, strict=False)]

        self._keys, self._values = heads(readers, "k_proj"), heads(readers, "v_proj")
        self._queries = heads(writers, "q_proj")
        self._residuals = [stage.mapped(centred(np.eye(EMBED, dtype=np.float32))) for stage in stages[:-1]]
        self._upscaled = stages[-1].mapped(upscaling)

    def __call__(self, image: Floats) -> ImageMaps:
        """image: N x 256, as the encoder made it."""
        return ImageMaps(
            keys=self._all(image, self._keys),
            values=self._all(image, self._values),
            queries=self._all(image, self._queries),
            residuals=self._all(image, self._residuals),
            upscaled=self._all(image, [self._upscaled])[0],
        )

    def _all(self, image: Floats, weights: list[Floats]) -> tuple[Floats, ...]:
        widths = [len(weight) * weight.shape[-1] for weight in weights]
        return tuple(
            arrays.run(operators.DENSE, image, weight, np.zeros(width, np.float32))
            for weight, width in zip(weights, widths, strict=True)
        )


def centred(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Rows with their means taken off, as a norm does."""
    return rows - rows.mean(-1, keepdims=True)


def by_depth(layer: Weights) -> tuple[Floats, Floats]:
    """A projection's weight and bias whose outputs run over depth, head instead of head, depth."""
    weight, bias = layer.array("weight"), layer.array("bias")
    order = np.arange(len(bias)).reshape(DECODER_HEADS, -1).T.ravel()
    return weight[order], np.ascontiguousarray(bias[order])
