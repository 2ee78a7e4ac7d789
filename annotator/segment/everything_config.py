"""What "segment everything" is asked to do."""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST_POINTS_PER_SIDE = 256
MOST_CROP_LAYERS = 2


@dataclass(frozen=True)
class EverythingConfig:
    """All thresholds of "segment everything". The defaults are the TinySAM paper's (arXiv 2312.13789, section 3.3).

    They fit the official weights; `segment.weights.everything_config` gives those of a checkpoint.

    points_per_side: prompts along each axis of the grid.
    hierarchical: decode a sparse lattice first, then only the points outside its confident area; False: every point.
    predicted_iou: masks must have more than this.
    stability: masks must have at least this IoU between their versions stability_offset logits up and down.
    confident_logit: the paper's tau; pixels above it need no prompt of the second round.
    nms_iou: of two masks whose boxes have more than this IoU, the one with the lower predicted IoU is dropped.
    min_area: holes and islands of fewer pixels are filled and removed; 0 leaves masks as they are.
    crop_layers: also look at parts of the image: 2 x 2 of them for 1, and 4 x 4 more for 2. Finds small objects.

    Raises ValueError when a value makes no sense.
    """

    points_per_side: int = 32
    hierarchical: bool = True
    predicted_iou: float = 0.88
    stability: float = 0.95
    stability_offset: float = 1.0
    confident_logit: float = 8.5
    nms_iou: float = 0.7
    min_area: int = 0
    crop_layers: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.points_per_side <= MOST_POINTS_PER_SIDE:
            raise ValueError(f"points_per_side is {self.points_per_side}, not from 2 to {MOST_POINTS_PER_SIDE}")
        for name in ("predicted_iou", "stability", "nms_iou"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(f"{name} is {value}, not from 0 to 1")
        if not (self.stability_offset >= 0 and math.isfinite(self.stability_offset)):
            raise ValueError(f"stability_offset is {self.stability_offset}, not a finite number from 0 on")
        if not math.isfinite(self.confident_logit):
            raise ValueError(f"confident_logit is {self.confident_logit}, not a finite number")
        if self.min_area < 0:
            raise ValueError(f"min_area is {self.min_area}, less than nothing")
        if not 0 <= self.crop_layers <= MOST_CROP_LAYERS:
            raise ValueError(f"crop_layers is {self.crop_layers}, not from 0 to {MOST_CROP_LAYERS}")
