#!/bin/sh
# Checks for what the system has to bring, and on Debian and its kin installs what is missing when run as root.
# Usage: tools/system_packages.sh python|build|run|test|proof
#   python   a Python that can make virtual environments
#   build    a C++ compiler for the kernels; without one the network runs on slower operators
#   run      the libraries the program needs, and a font for Chinese
#   test     these, and a virtual X server
#   proof    these, and a compiler and an emulator for arm64, unless this is such a machine
set -eu

# ldconfig is where shared libraries are known; an ordinary user's PATH may lack its folder.
PATH="$PATH:/usr/sbin:/sbin"

# Libraries that MindSpore, PySide6-Essentials and opencv-python load and their wheels do not bring, each with its package.
# Looked for by file, because the packages' names change between releases.
LIBRARIES="
libgomp.so.1 libgomp1
libEGL.so.1 libegl1
libGL.so.1 libgl1
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libglib-2.0.so.0 libglib2.0-0
libwayland-cursor.so.0 libwayland-cursor0
libwayland-client.so.0 libwayland-client0
libwayland-egl.so.1 libwayland-egl1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-xkb.so.1 libxcb-xkb1
libX11-xcb.so.1 libx11-xcb1
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
"

missing_python() {
    if ! command -v python3 >/dev/null; then
        echo python3 python3-venv
    elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        echo python3-venv
    fi
}

missing_libraries() {
    known=$(ldconfig -p)
    echo "$LIBRARIES" | while read -r library package; do
        [ -z "$library" ] && continue
        case "$known" in
            *"$library"*) ;;
            *) echo "$package" ;;
        esac
    done
    # Without a font for it, Chinese text is a row of boxes.
    if ! command -v fc-list >/dev/null; then
        echo fontconfig fonts-wqy-microhei
    elif [ -z "$(fc-list :lang=zh-cn file)" ]; then
        echo fonts-wqy-microhei
    fi
}

missing_for_tests() {
    missing_libraries
    command -v Xvfb >/dev/null || echo xvfb
}

missing_for_arm64() {
    case "$(uname -m)" in aarch64 | arm64) return ;; esac
    command -v aarch64-linux-gnu-g++ >/dev/null || echo g++-aarch64-linux-gnu
    command -v qemu-aarch64-static >/dev/null || command -v qemu-aarch64 >/dev/null || echo qemu-user-static
}

missing_packages() {
    case "$1" in
        python) missing_python ;;
        build) command -v c++ >/dev/null || echo g++ ;;
        run) missing_libraries ;;
        test) missing_for_tests ;;
        proof) missing_for_tests; missing_for_arm64 ;;
    esac
}

case "${1:-}" in
    python | build | run | test | proof) ;;
    *) echo "usage: $0 python|build|run|test|proof" >&2; exit 2 ;;
esac
# Other systems: Windows and macOS need nothing, and other Linux distributions name their packages differently.
[ -e /etc/debian_version ] || exit 0

missing=$(missing_packages "$1" | tr '\n' ' ')
[ -n "$missing" ] || exit 0

install() {
    echo "Installing the missing system packages: $missing"
    apt-get update -qq &&
        # shellcheck disable=SC2086  # one word per package
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null
}

# What follows may work without them (the tests draw off the screen), so a failure here is said and is not the end.
if [ "$(id -u)" != 0 ] || ! install; then
    echo "System packages are missing. To install them, run:"
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing"
fi
