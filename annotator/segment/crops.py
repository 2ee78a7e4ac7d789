"""The parts of an image that "segment everything" looks at beside the whole, to find small objects.

Sizes and overlaps are those of SAM's automatic mask generator (`generate_crop_boxes` of segment-anything).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from annotator.core.geometry import RunLengths
from annotator.segment.sampling import Box

_OVERLAP = 512 / 1500  # of the short side, at two crops per side
_NEAR_PIXELS = 20  # a mask that ends so near to a crop's edge was probably cut off by it


@dataclass(frozen=True)
class View:
    """What is encoded at once: an image of height x width pixels, or the part of it in `box`."""

    height: int
    width: int
    box: Box
    points_per_side: int

    def cuts(self, box: Box) -> bool:
        """Whether something with that box, in pixels of the view, ends at an edge that is not the image's."""
        near_left = self.box.left > 0 and box.left <= _NEAR_PIXELS
        near_top = self.box.top > 0 and box.top <= _NEAR_PIXELS
        near_right = self.box.right < self.width and self.box.left + box.right >= self.box.right - _NEAR_PIXELS
        near_bottom = self.box.bottom < self.height and self.box.top + box.bottom >= self.box.bottom - _NEAR_PIXELS
        return near_left or near_top or near_right or near_bottom

    def placed_point(self, point: tuple[float, float]) -> tuple[float, float]:
        """A point of the view in pixels of the image."""
        return point[0] + self.box.left, point[1] + self.box.top

    def placed_mask(self, mask: RunLengths) -> RunLengths:
        """A mask of the view as one of the image."""
        if (mask.height, mask.width) == (self.height, self.width):
            return mask
        part, x, y = mask.crop()
        if not part.size:
            x = y = 0
        return RunLengths.from_crop(part, self.box.left + x, self.box.top + y, height=self.height, width=self.width)


def whole_view(height: int, width: int, points_per_side: int) -> View:
    """The image itself."""
    return View(height, width, Box(0, 0, width, height), points_per_side)


def crop_views(height: int, width: int, *, layers: int, points_per_side: int) -> list[View]:
    """2 x 2 overlapping parts in the first layer, 4 x 4 in the second, each with a whole grid of points."""
    views = []
    for layer in range(1, layers + 1):
        per_side = 2**layer
        overlap = int(_OVERLAP * min(height, width) * 2 / per_side)
        crop_height = math.ceil((overlap * (per_side - 1) + height) / per_side)
        crop_width = math.ceil((overlap * (per_side - 1) + width) / per_side)
        for row in range(per_side):
            for column in range(per_side):
                left, top = (crop_width - overlap) * column, (crop_height - overlap) * row
                box = Box(left, top, min(left + crop_width, width), min(top + crop_height, height))
                if box.area:
                    views.append(View(height, width, box, points_per_side))
    return views
