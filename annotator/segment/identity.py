"""Which model a segmenter runs: what tells its embeddings from those of another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class ModelIdentity:
    """A checkpoint as it is run.

    name: the checkpoint's name, for people. digest: hex digest of its tensors' contents.
    precision: what the network computes in, such as "fp32". image_size: S, the side of its square input in pixels.
    arithmetic: what computes, such as "mindspore" or "avx2 kernels"; the last bits of the results depend on it.
    """

    name: str
    digest: str
    precision: str
    image_size: int
    arithmetic: str = "mindspore"

    @property
    def features_shape(self) -> tuple[int, int, int, int]:
        """Shape of an Embedding's features, float32."""
        return 1, 256, self.image_size // 16, self.image_size // 16

    @property
    def logits_side(self) -> int:
        """S/4: height and width of the low-resolution logits."""
        return self.image_size // 4

    def fingerprint(self, rgb: npt.NDArray[np.uint8]) -> str:
        """Hex digest of everything an embedding of this image depends on.

        rgb: H x W x 3 uint8. The name does not count: renaming a file changes no embedding.
        """
        digest = hashlib.blake2b(digest_size=20)
        model = f"{self.digest} {self.precision} {self.arithmetic} {self.image_size}"
        digest.update(f"{model} {rgb.shape} {rgb.dtype}".encode())
        digest.update(np.ascontiguousarray(rgb).data)
        return digest.hexdigest()
