"""The same network in ONNX Runtime, to compare with; it is no dependency of the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from annotator.errors import WeightsError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_ENCODER_INPUTS = {"image"}
_DECODER_INPUTS = {"embedding", "points", "labels", "size"}


class OnnxModels:
    """An encoder and a decoder, each of which may be missing. version: ONNX Runtime's; None when there are no models.

    encoder: takes image 1 x 3 x S x S float32. decoder: takes embedding 1 x 256 x S/16 x S/16 float32, points
    1 x 2 x 2 and labels 1 x 2 float32 (the second is padding, -1) and size, (height, width) int64.
    Raises WeightsError for a file that is not such a model, and when ONNX Runtime is not installed.
    """

    def __init__(self, encoder: Path | None, decoder: Path | None, threads: int) -> None:
        self.version: str | None = None
        self._encoder = self._session(encoder, threads, _ENCODER_INPUTS)
        self._decoder = self._session(decoder, threads, _DECODER_INPUTS)

    def embedding(self, image_size: int) -> Callable[[], object] | None:
        """What embeds one random image; None where the model is for another size or missing."""
        session = self._encoder
        if session is None or not _takes(session, "image", (1, 3, image_size, image_size)):
            return None
        image = np.random.default_rng(0).standard_normal((1, 3, image_size, image_size)).astype(np.float32)
        return lambda: session.run(None, {"image": image})

    def click(self, features: npt.NDArray[np.float32], height: int, width: int) -> Callable[[], object] | None:
        """What decodes one click to masks of that size; None where the model is for another size or missing."""
        session = self._decoder
        if session is None or not _takes(session, "embedding", features.shape):
            return None
        inputs = {
            "embedding": features,
            "points": np.array([[(width / 2, height / 2), (0, 0)]], np.float32),
            "labels": np.array([[1, -1]], np.float32),
            "size": np.array([height, width], np.int64),
        }
        return lambda: session.run(None, inputs)

    def _session(self, path: Path | None, threads: int, inputs: set[str]) -> InferenceSession | None:
        if path is None:
            return None
        try:
            import onnxruntime
        except ImportError as error:
            raise WeightsError(
                f"{path} needs ONNX Runtime, which is not installed: pip install onnxruntime, or leave the option out."
            ) from error
        self.version = onnxruntime.__version__
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors have no common root that is public
            raise WeightsError(f"{path} cannot be used by ONNX Runtime ({error}); give an .onnx file.") from error
        found = {node.name for node in session.get_inputs()}
        if found != inputs:
            raise WeightsError(
                f"{path} takes {', '.join(sorted(found))} where {', '.join(sorted(inputs))} is needed; "
                "give a model of that kind."
            )
        return session


def _takes(session: Any, name: str, shape: tuple[int, ...]) -> bool:
    """Whether an input accepts that shape; sizes that the model leaves open have a name, or none."""
    (wanted,) = (node.shape for node in session.get_inputs() if node.name == name)
    return len(wanted) == len(shape) and all(
        not isinstance(w, int) or w == s for w, s in zip(wanted, shape, strict=True)
    )
