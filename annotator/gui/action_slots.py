"""What happens when an action of the window is triggered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow


def connect_actions(window: MainWindow) -> None:
    """Connect the actions of a window whose parts are all there; those of the tools are the toolbox's."""
    actions, workspace, flow = window.actions_, window.workspace, window.flow
    canvas, images, dialogs, keys = window.canvas, window.images, window.dialogs, window.key_meanings
    actions.recent_menu.chosen.connect(flow.open_one)
    for action, slot in (
        (actions.open_folder, flow.choose_folder),
        (actions.open_images, flow.choose_images),
        (actions.open_example, flow.open_example),
        (actions.save, flow.save),
        (actions.save_as, flow.save_as),
        (actions.locate_images, flow.locate_images),
        (actions.import_, window.exchange.show_import),
        (actions.prelabel, window.prelabelling.show),
        (actions.encode_folder, workspace.folder_runs.encode),
        (actions.export, window.exchange.show_export),
        (actions.quit, window.close),
        (actions.settings, dialogs.show_settings),
        (actions.undo, keys.undo),
        (actions.redo, keys.redo),
        (actions.select_all, keys.select_all),
        (actions.fit, canvas.fit),
        (actions.actual_size, canvas.zoom_to_actual_size),
        (actions.zoom_in, lambda: canvas.zoom_by_steps(1)),
        (actions.zoom_out, lambda: canvas.zoom_by_steps(-1)),
        (actions.toggle_done, workspace.editor.toggle_done),
        (actions.accept_image, images.details.accept),
        (actions.reject_image, images.details.reject),
        (actions.ask_for_review, images.details.ask_for_review),
        (actions.next_untouched, images.next_untouched),
        (actions.next_image, lambda: images.step(1)),
        (actions.previous_image, lambda: images.step(-1)),
        (actions.accept, keys.accept),
        (actions.next_mask, workspace.session.cycle),
        (actions.remove_last, keys.remove_last),
        (actions.clear, keys.escape),
        (actions.copy_to_next, window.copies.copy_to_next),
        (actions.refine, workspace.editor.refine),
        (actions.fill_holes, workspace.editor.mask_tools.fill_holes),
        (actions.remove_islands, workspace.editor.mask_tools.remove_islands),
        (actions.clean_up, dialogs.show_clean_up),
        (actions.smooth, workspace.editor.mask_tools.smooth),
        (actions.merge, workspace.editor.mask_tools.merge),
        (actions.subtract, workspace.editor.mask_tools.subtract),
        (actions.split, workspace.editor.mask_tools.split),
        (actions.smaller_brush, lambda: canvas.resize_tool(-1)),
        (actions.larger_brush, lambda: canvas.resize_tool(1)),
        (actions.weights, dialogs.show_weights),
        (actions.keys, dialogs.show_keys),
        (actions.about, dialogs.show_about),
    ):
        action.triggered.connect(slot)
    actions.show_instances.toggled.connect(window.layer.set_visible)
    actions.keyboard_pointer.toggled.connect(keys.set_keyboard_pointer)
    actions.full_screen.toggled.connect(window.set_full_screen)
