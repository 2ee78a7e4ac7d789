"""From a checkpoint's stored tensors to the fewer ones that inference needs; NumPy only."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from annotator.model.architecture import (
    BATCH_NORM,
    DECODER_HEADS,
    STAGES,
    UNUSED_PREFIXES,
    attention_names,
    conv_norm_names,
)

Tensors = dict[str, npt.NDArray[np.float32]]
BATCH_NORM_EPS = 1e-5


def fold(stored: Mapping[str, npt.NDArray[np.generic]]) -> Tensors:
    """The inference tensors of a complete checkpoint, float32, computed in float64.

    - A convolution and the BatchNorm behind it become one convolution: `<prefix>.c.weight` and `<prefix>.bn.*` give way
      to `<prefix>.weight` and `<prefix>.bias`.
    - The 1 / sqrt(head width) of every attention goes into the weights and bias of its queries.
    - Convolutions and transposed convolutions with kernel = stride, those of the prompt encoder and the decoder, become
      matrices of dense layers, with columns (kernel row, kernel column, input) and rows (kernel row, kernel column,
      output) respectively.
    - The unused classifier is left out.

    All other tensors keep name and value.
    """
    wide = {
        name: np.asarray(value, np.float64) for name, value in stored.items() if not name.startswith(UNUSED_PREFIXES)
    }
    for name in conv_norm_names():
        kernel = wide.pop(f"{name}.c.weight")
        gamma, beta, mean, variance, _ = (wide.pop(f"{name}.{part}") for part in BATCH_NORM)
        scale = gamma / np.sqrt(variance + BATCH_NORM_EPS)
        wide[f"{name}.weight"] = kernel * scale[:, None, None, None]
        wide[f"{name}.bias"] = beta - mean * scale
    for index, stage in enumerate(STAGES, start=1):
        for block in range(stage.blocks):
            name = f"image_encoder.layers.{index}.blocks.{block}.attn.qkv"
            for part in ("weight", "bias"):
                # Rows are laid out head by head, within a head query, key, value.
                heads = wide[f"{name}.{part}"].reshape(stage.heads, 3, stage.width // stage.heads, -1)
                scaled = heads * np.array([(stage.width // stage.heads) ** -0.5, 1.0, 1.0])[:, None, None]
                wide[f"{name}.{part}"] = scaled.reshape(wide[f"{name}.{part}"].shape)
    for name in attention_names():
        for part in ("weight", "bias"):
            query = wide[f"{name}.q_proj.{part}"]
            wide[f"{name}.q_proj.{part}"] = query * (len(query) // DECODER_HEADS) ** -0.5
    for index in (0, 3, 6):
        name = f"prompt_encoder.mask_downscaling.{index}.weight"
        wide[name] = wide[name].transpose(0, 2, 3, 1).reshape(len(wide[name]), -1)
    for index in (0, 3):
        name = f"mask_decoder.output_upscaling.{index}"
        kernel = wide[f"{name}.weight"]  # (in, out, 2, 2)
        wide[f"{name}.weight"] = kernel.transpose(2, 3, 1, 0).reshape(-1, len(kernel))
        wide[f"{name}.bias"] = np.tile(wide[f"{name}.bias"], kernel.shape[2] * kernel.shape[3])
    return {name: np.asarray(value, np.float32, order="C") for name, value in wide.items()}
