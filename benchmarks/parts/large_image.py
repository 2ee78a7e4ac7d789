"""A picture of 6000 x 4000 pixels full of instances, for the benchmarks of drawing."""

from __future__ import annotations

import cv2
import numpy as np
from parts.scene import Scene
from PySide6.QtCore import QPoint, QPointF

from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance, Together
from annotator.core.geometry import RunLengths

WIDTH, HEIGHT, INSTANCES = 6000, 4000, 500


def open_large_image(stage: Scene) -> None:
    """Open it, with discs all over it of which the last one is selected."""
    rough = np.random.default_rng(0).integers(0, 255, (12, 18, 3), np.uint8)
    cv2.imwrite(str(stage.pictures / "large.jpg"), cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))
    stage.open_pictures()
    workspace = stage.window.workspace
    model = workspace.model
    category = Category(model.document.take_id(Category), "disc")
    rows, columns = np.indices((160, 160)) - 80
    disc = rows**2 + columns**2 < 80**2
    edits: list = [AddCategory(category)]
    for index in range(INSTANCES):
        y, x = divmod(index, 25)
        mask = RunLengths.from_crop(disc, 20 + x * 230, 10 + y * 190, height=HEIGHT, width=WIDTH)
        new = Instance(model.document.take_id(Instance), workspace.image_id, category.id, mask)
        edits.append(AddInstance(new))
    model.push(Together(tuple(edits)), "benchmark")
    workspace.selection.select([new.id])


def add_ragged(stage: Scene) -> None:
    """An instance over most of the image, selected."""
    random = np.random.default_rng(1)
    waves = [
        cv2.resize(random.random((side, side * 3 // 2)), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        for side in (6, 80)
    ]
    rows, columns = np.indices((HEIGHT, WIDTH))
    ellipse = ((rows / HEIGHT - 0.5) ** 2 + (columns / WIDTH - 0.5) ** 2) * 4
    mask = RunLengths.from_mask(ellipse + 0.5 * waves[0] + 0.3 * waves[1] < 1.05)
    workspace = stage.window.workspace
    category_id = next(iter(workspace.model.document.categories))
    instance = Instance(workspace.model.document.take_id(Instance), workspace.image_id, category_id, mask)
    workspace.model.push(AddInstance(instance), "benchmark")
    workspace.selection.select([instance.id])


def wait_drawn(stage: Scene) -> None:
    """Until every instance is on the screen."""
    window = stage.window
    count = len(window.workspace.model.document.instances)
    stage.wait(lambda: len(window.layer._shapes._shapes) == count and window.layer._picture.is_ready)
    stage.rest(1.0)
    stage.watchdog.longest()


def widget_place(stage: Scene, x: float, y: float) -> QPoint:
    """Where a place of the image is in the canvas."""
    return stage.window.canvas.viewport.to_widget(QPointF(x, y)).toPoint()
