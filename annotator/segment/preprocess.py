"""From an oriented RGB image to the network's input, and back from its logits to the image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """How an image of height x width pixels lies in the network's square input of `input_size` pixels.

    The longest side is scaled to `input_size`; both resized sides are rounded half up to whole pixels, so the two
    axes' factors differ a little. The rest, at the bottom and right, is padding.
    """

    height: int
    width: int
    input_size: int

    @property
    def resized(self) -> tuple[int, int]:
        """(height, width) of the image inside the input, in input pixels."""
        scale = self.input_size / max(self.height, self.width)
        # A very thin image must not vanish: one pixel is the least.
        return max(1, int(self.height * scale + 0.5)), max(1, int(self.width * scale + 0.5))
