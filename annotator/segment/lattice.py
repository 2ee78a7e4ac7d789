"""Where "segment everything" puts its prompts; every point is (x, y) in continuous pixels of the oriented image.

The public implementation of the hierarchical mode mixes up the steps in x and y, which skips and repeats points on
images that are not square; these are the lattices it means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_SPARSE_START, _SPARSE_STEP = 2, 4


@dataclass(frozen=True, eq=False)
class Lattice:
    """Crossings of rows and columns. x, y: their coordinates, float32, ascending."""

    x: Floats
    y: Floats

    def point(self, row: int, column: int) -> tuple[float, float]:
        """(x, y) of one crossing."""
        return float(self.x[column]), float(self.y[row])


def grid(points_per_side: int, height: int, width: int) -> Lattice:
    """Plain grid mode: the centres of points_per_side x points_per_side cells."""
    return _lattice((np.arange(points_per_side) + 0.5) / points_per_side, height, width)


def dense(points_per_side: int, height: int, width: int) -> Lattice:
    """Hierarchical mode: the inner corners of the same cells, points_per_side - 1 along each axis."""
    return _lattice(np.arange(1, points_per_side) / points_per_side, height, width)


def is_sparse(points_per_side: int) -> npt.NDArray[np.bool_]:
    """Which crossings of `dense` the first round decodes: every fourth in each axis, bool (rows, columns)."""
    start = min(_SPARSE_START, points_per_side // 2)  # so that the smallest lattices have one, too
    chosen = np.zeros(points_per_side - 1, np.bool_)
    chosen[start - 1 :: _SPARSE_STEP] = True
    return chosen[:, None] & chosen[None, :]


def _lattice(shares: npt.NDArray[np.float64], height: int, width: int) -> Lattice:
    return Lattice((shares * width).astype(np.float32), (shares * height).astype(np.float32))
