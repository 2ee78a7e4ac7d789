"""How many pages or frames an image file has, of which only the first is shown."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from annotator.errors import Sentence

_SUBFILE_TYPE = 254  # a TIFF tag, by which a page says that it is no page of its own:
_REDUCED, _IS_MASK = 1, 4  # a smaller copy of another, or what of another is transparent


def frames_note(path: Path, image: Image.Image) -> str:
    """What is to be said of a file that was opened as `image` and has several pages or frames; else ""."""
    if image.format == "TIFF":
        pages = _pages(path)
        return Sentence("Page 1 of {pages} is shown.", pages=pages) if pages > 1 else ""
    # The second picture of a JPEG is its depth or its brightness, and belongs to the first.
    if image.format == "GIF":
        frames = _gif_frames(path)
    else:
        frames = getattr(image, "n_frames", 1) if image.format in ("WEBP", "PNG") else 1
    return Sentence("Frame 1 of {frames} is shown.", frames=frames) if frames > 1 else ""


def _pages(path: Path) -> int:
    # Opened again: an image that has been at another page is not what it was.
    with path.open("rb") as file, TiffImageFile(file) as tiff:
        pages = place = 0
        try:
            while True:
                tiff.seek(place)
                place += 1
                pages += not int(tiff.tag_v2.get(_SUBFILE_TYPE, 0)) & (_REDUCED | _IS_MASK)
        except Exception:  # noqa: BLE001  (Pillow meets damage with every kind)
            # EOFError after the last page. What is damaged further on is not shown, and counts no more.
            return pages


def _gif_frames(path: Path) -> int:
    with path.open("rb") as file, Image.open(file, formats=["GIF"]) as gif:
        try:
            return int(getattr(gif, "n_frames", 1))
        except Exception:  # noqa: BLE001  (Pillow meets damage with every kind)
            return 1  # damaged behind the first frame, which is all that is shown
