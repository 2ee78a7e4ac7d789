"""Whether a window can be shown here. Qt does not say: without a display it aborts the process."""

from __future__ import annotations

import ctypes
import os
import socket
import sys

_X, _WAYLAND = "xcb", "wayland"


def missing_display() -> str | None:
    """Why no window can open, a clause for a sentence, or None when a display answers.

    Asks as Qt would, through libxcb, so that refused credentials count too. Raises ImportError when that is missing.
    """
    if not sys.platform.startswith("linux"):
        return None
    asked = os.environ.get("QT_QPA_PLATFORM", "")
    platforms = [name.partition(":")[0] for name in asked.split(";")] if asked else [_WAYLAND, _X]
    if any(not name.startswith((_X, _WAYLAND)) for name in platforms):
        return None  # such as offscreen
    missing = []
    for platform in platforms:
        variable, answers = (
            ("DISPLAY", _x_answers) if platform.startswith(_X) else ("WAYLAND_DISPLAY", _wayland_answers)
        )
        name = os.environ.get(variable)
        if not name:
            missing.append(f"{variable} is not set")
        elif answers(name):
            return None
        else:
            missing.append(f"nothing answers at {variable}={name}")
    return " and ".join(missing)


def _x_answers(name: str) -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise ImportError(str(error)) from error
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(os.fsencode(name), None)
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)


def _wayland_answers(name: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), name))
        except OSError:
            return False
        return True
