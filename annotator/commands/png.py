"""Pictures a command writes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def png_path(text: str) -> Path:
    """A path that ends in .png, for argparse."""
    path = Path(text)
    if path.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"{text!r} must end in .png")
    return path


def write_png(path: Path, pixels: npt.NDArray[np.uint8]) -> None:
    """Write H x W grey or H x W x 3 RGB uint8; a file that is there is replaced whole or not at all."""
    import cv2

    from annotator.core.atomic import replace_file

    # Not cv2.imwrite: on Windows it cannot write to paths outside the system's code page.
    _, png = cv2.imencode(".png", pixels[..., ::-1] if pixels.ndim == 3 else pixels)
    replace_file(path, png.tobytes())
