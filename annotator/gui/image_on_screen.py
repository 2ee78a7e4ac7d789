"""What the window shows of the workspace's image: on the canvas, in the panels, and in the status bar."""

from __future__ import annotations

from PySide6.QtCore import QObject

from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.image_loader import LoadedImage
from annotator.gui.inference_messages import Encoded, SegmenterState
from annotator.gui.message_bar import MessageBar
from annotator.gui.panels.image_list import ImageListPanel
from annotator.gui.panels.instances import InstancesPanel
from annotator.gui.status import StatusBar
from annotator.gui.workspace import Workspace


class ImageOnScreen(QObject):
    """Follows the workspace; `show_present` catches up with what was there before."""

    def __init__(
        self,
        workspace: Workspace,
        canvas: Canvas,
        layer: InstanceLayer,
        images: ImageListPanel,
        instances: InstancesPanel,
        status: StatusBar,
        messages: MessageBar,
    ) -> None:
        super().__init__(canvas)
        self._workspace = workspace
        self._canvas = canvas
        self._layer = layer
        self._images = images
        self._instances = instances
        self._status = status
        self._messages = messages
        workspace.image_awaited.connect(self._on_awaited)
        workspace.image_shown.connect(self._on_shown)
        workspace.image_refused.connect(self._on_refused)
        workspace.inference.encoded.connect(self._on_encoded)
        workspace.inference.encode_failed.connect(self._on_encode_failed)
        workspace.inference.state_changed.connect(self._on_state_changed)

    def show_present(self) -> None:
        """Show the image that the workspace has chosen already, if there is one."""
        image_id, image = self._workspace.image_id, self._workspace.image
        if image_id is not None:
            self._on_awaited(image_id)
        if self._workspace.refusal:
            self._on_refused(self._workspace.refusal)
        elif image is not None:
            self._on_shown(image)
            self._canvas.prompt.set_working(not self._workspace.inference.is_encoded(image.key))

    def _on_awaited(self, image_id: int) -> None:
        self._canvas.await_image()
        self._layer.set_image(None)
        self._instances.list_model.set_image(image_id)
        self._images.show_image(image_id)

    def _on_shown(self, image: LoadedImage) -> None:
        self._status.show_image(image)
        self._canvas.set_image(image)
        self._canvas.prompt.set_working(True)
        self._layer.set_image(self._workspace.image_id)

    def _on_refused(self, reason: str) -> None:
        self._status.show_image(None)
        self._canvas.show_message(reason)

    def _on_encoded(self, encoded: Encoded) -> None:
        if self._canvas.image is not None and self._canvas.image.key == encoded.key:
            self._canvas.prompt.set_working(False)

    def _on_state_changed(self, state: SegmenterState) -> None:
        if state is SegmenterState.FAILED:
            self._canvas.prompt.set_working(False)  # nothing comes of waiting
        elif state is SegmenterState.ENCODING and self._canvas.image is not None:
            self._canvas.prompt.set_working(True)

    def _on_encode_failed(self, key: str, reason: str) -> None:
        if self._canvas.image is not None and self._canvas.image.key == key:
            self._canvas.prompt.set_working(False)
            self._messages.tell(reason)
