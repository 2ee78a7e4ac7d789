"""The whole program is tested with what the window's tests use."""

from tests.gui.conftest import garbage_in_the_gui_thread

__all__ = ["garbage_in_the_gui_thread"]
