"""How what a run is asked now differs from what the interrupted one was asked, in the words of the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_OPTIONS = {
    "category": "--category",
    "max masks": "--max-masks",
    "recursive": "--recursive",
    "again": "--again",
    "points_per_side": "--points",
    "hierarchical": "--mode",
    "predicted_iou": "--min-iou",
    "min_area": "--min-area",
    "crop_layers": "--crop-layers",
}
"""By its key in the header of a run, or in the thresholds there."""

WEIGHTS_NAME = "weights name"
"""The key in a header that is for people alone: the same checkpoint may have two names."""

_WEIGHTS = ("weights", "image size")
_DIGEST_CHARS = 12  # as much of a digest as people compare


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Such as "--min-iou was 0.7 and is 0.9 now; --recursive was not given and is given now".

    before, now: headers of runs, see run_header. What the command line has no option for has its own name. The weights
    come last: of two checkpoints only digests are known.
    """
    texts = [
        f"{_OPTIONS.get(key, key)} was {_said(key, old)} and is {_said(key, new)} now"
        for (key, old), (_, new) in zip(_flat(before, now), _flat(now, before), strict=True)
        if old != new
    ]
    if differs_in_weights(before, now):
        texts.append(f"--weights was {_checkpoint(before)} and is {_checkpoint(now)} now")
    return "; ".join(texts)


def is_same_request(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a run of one of these headers may go on with the results of one of the other."""
    return all(before.get(key) == now.get(key) for key in {*before, *now} - {WEIGHTS_NAME})


def differs_in_weights(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether the two runs use other checkpoints."""
    return any(before.get(key) != now.get(key) for key in _WEIGHTS)


def _flat(header: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """All that is in either header, in one order, with what the first one has of it; its weights left out."""
    for key in sorted({*header, *other} - {"config", WEIGHTS_NAME, *_WEIGHTS}):
        yield key, header.get(key)
    config, other_config = header.get("config") or {}, other.get("config") or {}
    for key in sorted({*config, *other_config}):
        yield key, config.get(key)


def _checkpoint(header: Mapping[str, Any]) -> str:
    fingerprint = f"the checkpoint with the fingerprint {str(header.get('weights'))[:_DIGEST_CHARS]}..."
    name = header.get(WEIGHTS_NAME)
    return f"{name!r}, {fingerprint}" if name else fingerprint


def _said(key: str, value: Any) -> str:
    """A value as one would type it, or say it."""
    if key in ("recursive", "again", "only untouched"):
        return "given" if value else "not given"
    if key == "hierarchical":
        return "hierarchical" if value else "grid"
    if key == "max masks" and value is None:
        return "not given (all)"
    return repr(value) if isinstance(value, str) else str(value)
