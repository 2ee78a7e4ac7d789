"""What the message bar says about the model: that it stopped, and that the starter weights are only that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from annotator.gui.inference import Inference
from annotator.gui.inference_messages import SegmenterState
from annotator.gui.language import translated
from annotator.gui.message_bar import Message, MessageBar
from annotator.gui.settings import Settings
from annotator.gui.weights_library import OFFICIAL_FILE, WeightsLibrary

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow


class ModelMessages(QObject):
    """Listens to the segmenter and the weights; `show_weights` opens the dialog."""

    def __init__(
        self,
        messages: MessageBar,
        inference: Inference,
        library: WeightsLibrary,
        settings: Settings,
        show_weights: Callable[[], None],
    ) -> None:
        super().__init__(messages)
        self._messages = messages
        self._inference = inference
        self._library = library
        self._settings = settings
        self._show_weights = show_weights
        self._failure: str | None = None  # why the model does not run
        self._restarting = ""  # what was said when it was last started anew
        inference.state_changed.connect(self.tell)
        library.listed.connect(self._refresh_standing)
        self._refresh_standing()
        if inference.state is SegmenterState.FAILED:
            self.tell(inference.state, inference.problem)

    def tell(self, state: SegmenterState, problem: str) -> None:
        """Say what has become of the segmenter, if that is something to know."""
        was_failed, self._failure = self._failure, problem if state is SegmenterState.FAILED else None
        if state not in (SegmenterState.STARTING, SegmenterState.RESTARTING):
            self._messages.withdraw(self._restarting)
        elif state is SegmenterState.RESTARTING:
            # Not why: what the segmenter says of its end asks for what is being done already.
            self._restarting = self.tr(
                "The model's process ended and is started anew; nothing is lost, and clicks wait until it is ready."
            )
            self._messages.tell(self._restarting, again=partial(_tell_in, state=state, problem=problem))
        if self._failure != was_failed:
            self._refresh_standing()

    def _refresh_standing(self) -> None:
        # It stands for as long as it is so: whoever opens another folder meanwhile still has to know, and the button.
        failure = self._failure_message()
        if failure is not None:
            self._messages.set_standing(failure)
            return
        in_use = self._library.in_use
        if in_use is None or not in_use.is_shipped or self._settings.starter_banner_closed:
            self._messages.set_standing(None)
            return
        text = self.tr(
            "These are the starter weights: good for a try, and rough at outlines. For real work download the "
            "official %1 from the TinySAM page and import it."
        )
        self._messages.set_standing(
            Message(
                text.replace("%1", OFFICIAL_FILE), self.tr("Weights..."), self._show_weights, on_closed=self._on_closed
            )
        )

    def _failure_message(self) -> Message | None:
        if self._failure is None:
            return None
        text = self.tr("The model does not run, so clicks give no masks. %1").replace("%1", translated(self._failure))
        chosen = self._settings.weights
        if chosen is not None and not chosen.exists():
            return Message(text, self.tr("Weights..."), self._show_weights)
        return Message(text, self.tr("Start it again"), self._inference.restart)

    def _on_closed(self) -> None:
        self._settings.starter_banner_closed = True


def _tell_in(window: MainWindow, state: SegmenterState, problem: str) -> None:
    window.model_messages.tell(state, problem)
