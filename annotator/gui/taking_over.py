"""What goes from one window to the next when the language changes, beside what the workspace holds for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow


def take_over(before: MainWindow, after: MainWindow) -> None:
    """Let the window `after`, which is on screen already, go on where `before` was: nobody loses their place.

    The tool, the place and zoom of the canvas, the filter, order and thumbnails of the images, the pace of the model,
    the message bar, and the question
    for a category with what is typed already.
    """
    after.choose_tool(before.tool_name)
    after.images.filter_bar.take_over(before.images.filter_bar)
    view = before.canvas.viewport.view
    if view is not None and after.canvas.image is not None:
        after.canvas.set_view(view)
    after.images.thumbnails.take_over(before.images.thumbnails)
    after.status.take_over(before.status)
    before.messages.tell_again_in(after)
    if before.strip.is_asking:
        after.strip.ask_for_category(before.strip.category_field.text())
    after.actions_.show_instances.setChecked(before.actions_.show_instances.isChecked())
