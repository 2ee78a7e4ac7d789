"""A mask's kept picture shows what painting it anew would, in every view, and is drawn once for many paints."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from annotator.core.geometry import RunLengths
from annotator.core.tone import NEUTRAL, Tone
from annotator.gui.canvas import mask_picture
from annotator.gui.canvas.image_painter import ImagePainter
from annotator.gui.canvas.mask_picture import MaskPicture
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.canvas.prompt_painter import paint_fill, paint_outline
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.image_loader import LoadedImage
from tests.gui.conftest import GREY

WIDTH, HEIGHT = 160, 120
COLOR = QColor(40, 200, 250)
ROUNDING = 8  # of 255: pieces of an outline that overlap are blended one after the other


def screen(ratio: float = 1.0) -> QImage:
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(*GREY))
    return image


def painted(paint, ratio: float = 1.0) -> np.ndarray:
    image = screen(ratio)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4)[..., :3].astype(int)


def view(zoom: float, ratio: float = 1.0) -> Viewport:
    viewport = Viewport()
    viewport.set_widget_size(WIDTH, HEIGHT)
    viewport.set_image_size(200, 150)
    viewport.zoom_to(zoom, QPointF(41, 53))
    return viewport


@pytest.fixture
def shape(qapp) -> MaskShape:
    rows, columns = np.indices((150, 200))
    ring = abs(np.hypot(rows - 70, columns - 90) - 45) < 12
    ring[3:9, 150:199] = True
    made = MaskShape.from_run_lengths(RunLengths.from_mask(ring))
    assert made is not None
    return made


@pytest.mark.parametrize("zoom", [0.37, 1.0, 3.3, 9.0])
@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_it_looks_like_the_mask_painted_anew(shape, zoom, ratio):
    viewport = view(zoom)
    picture = MaskPicture(COLOR, 2.0, is_filled=True)

    def anew(painter: QPainter) -> None:
        paint_fill(painter, viewport, shape, COLOR, 0.4)
        paint_outline(painter, viewport, shape, COLOR, 2.0)

    want = painted(anew, ratio)
    assert (want != GREY[0]).any()
    for _ in range(2):  # drawn, and kept
        got = painted(lambda painter: picture.paint(painter, viewport, shape, 0.4), ratio)
        # At a fraction of pixels a filled edge may lie in the next one.
        differing = (abs(got - want) > ROUNDING).any(-1).mean()
        assert differing == 0 if ratio.is_integer() else differing < 0.01


def test_many_paints_draw_it_once_and_another_mask_or_view_anew(shape, monkeypatch):
    stroked = []
    paint = mask_picture.paint_outline
    monkeypatch.setattr(mask_picture, "paint_outline", lambda *args: (stroked.append(args[1].scale), paint(*args)))
    picture = MaskPicture(COLOR, 2.0, is_filled=True)
    other = MaskShape.from_run_lengths(RunLengths.from_mask(np.eye(150, 200, dtype=bool)))
    assert other is not None

    first = painted(lambda painter: [picture.paint(painter, view(1.0), shape, 0.1 * i) for i in range(1, 6)])
    assert stroked == [1.0]
    painted(lambda painter: picture.paint(painter, view(2.0), shape))
    second = painted(lambda painter: picture.paint(painter, view(1.0), other))
    assert stroked == [1.0, 2.0, 1.0]
    assert (first != second).any()


def test_a_preview_has_no_inside(shape):
    picture = MaskPicture(COLOR, 1.0, is_filled=False)
    viewport = view(1.0)
    want = painted(lambda painter: paint_outline(painter, viewport, shape, COLOR, 1.0))
    got = painted(lambda painter: picture.paint(painter, viewport, shape))
    assert abs(got - want).max() <= ROUNDING


@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_the_kept_image_follows_the_view_the_image_and_the_tone(qapp, ratio):
    chance = np.random.default_rng(0)

    def loaded(key: str) -> LoadedImage:
        pixels = chance.integers(0, 255, (150, 200, 4), np.uint8)
        level = QImage(pixels.data, 200, 150, 800, QImage.Format.Format_RGB32)
        return LoadedImage(path=None, key=key, rgb=pixels[..., :3], pixels=(pixels,), levels=(level,), note="")  # type: ignore[arg-type]

    painter_of_images = ImagePainter()
    images = loaded("one"), loaded("another")
    for image in images:
        for zoom in (1.0, 2.5):
            for tone in (NEUTRAL, Tone(brightness=0.3)):
                painter_of_images.tone = tone
                anew = ImagePainter()
                anew.tone = tone
                viewport = view(zoom)
                want = painted(lambda p: anew.paint_once(p, viewport, image, ratio), ratio)  # noqa: B023
                for _ in range(2):
                    got = painted(lambda p: painter_of_images.paint(p, viewport, image, ratio), ratio)  # noqa: B023
                    inner = (slice(2, -2), slice(2, -2))  # the image's last pixels are rounded to whole ones
                    assert abs(got[inner] - want[inner]).max() <= 2
