"""What a checkpoint says about how it wants to be used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from annotator.errors import WeightsError

SMALLEST_IMAGE_SIZE = 256
IMAGE_SIZE_STEP = 64


@dataclass(frozen=True)
class EverythingThresholds:
    """What "segment everything" keeps; the defaults are the TinySAM paper's (arXiv 2312.13789, section 3.3).

    points_per_side: points of the prompt lattice along each axis.
    predicted_iou: least predicted IoU of a mask that is kept.
    stability: least stability of a mask that is kept.
    stability_offset: logits by which the mask threshold is moved up and down to measure the stability.
    confident_logit: the paper's tau; pixels above it need no prompt of the second round.
    nms_iou: of two boxes overlapping more than this, the one with the lower predicted IoU is dropped.
    """

    points_per_side: int = 32
    predicted_iou: float = 0.88
    stability: float = 0.95
    stability_offset: float = 1.0
    confident_logit: float = 8.5
    nms_iou: float = 0.7

    def __post_init__(self) -> None:
        if type(self.points_per_side) is not int or not 2 <= self.points_per_side <= 256:
            raise WeightsError(
                "everything.points_per_side is {points_per_side!r}; it must be 2..256.",
                points_per_side=self.points_per_side,
            )
        for name in ("predicted_iou", "stability", "nms_iou"):
            _check_number(f"everything.{name}", getattr(self, name), low=0.0, high=1.0)
        _check_number("everything.stability_offset", self.stability_offset, low=0.0, high=math.inf)
        _check_number("everything.confident_logit", self.confident_logit, low=-math.inf, high=math.inf)


@dataclass(frozen=True)
class TinySamConfig:
    """The settings that travel with a checkpoint.

    image_size: S, the side of the network's square input in pixels; a multiple of 64, at least 256.
    mask_threshold: the logit above which a pixel is foreground.

    Raises WeightsError when a value makes no sense.
    """

    image_size: int = 1024
    mask_threshold: float = 0.0
    everything: EverythingThresholds = field(default_factory=EverythingThresholds)

    def __post_init__(self) -> None:
        size = self.image_size
        if type(size) is not int or size < SMALLEST_IMAGE_SIZE or size % IMAGE_SIZE_STEP:
            raise WeightsError(
                "image_size is {size!r}; it must be a multiple of {image_size_step}, at least {smallest_image_size}.",
                size=size,
                image_size_step=IMAGE_SIZE_STEP,
                smallest_image_size=SMALLEST_IMAGE_SIZE,
            )
        _check_number("mask_threshold", self.mask_threshold, low=-math.inf, high=math.inf)

    def to_json(self) -> dict[str, object]:
        """A dict of plain values that `from_json` turns back into an equal config."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: object) -> TinySamConfig:
        """The config of a parsed JSON value; keys left out take their defaults. Raises WeightsError."""
        settings = _known_keys("config", values, cls)
        if "everything" in settings:
            thresholds = _known_keys("everything", settings["everything"], EverythingThresholds)
            settings["everything"] = EverythingThresholds(**thresholds)  # type: ignore[arg-type]
        return cls(**settings)  # type: ignore[arg-type]


def _known_keys(what: str, values: object, cls: type) -> dict[str, object]:
    if not isinstance(values, Mapping):
        raise WeightsError(
            "{what} is {kind}; it must be an object with named values.", what=what, kind=type(values).__name__
        )
    known = {f.name for f in fields(cls)}
    unknown = sorted(str(key) for key in values if key not in known)
    if unknown:
        raise WeightsError(
            "{what} has unknown values: {unknown}; this version knows {known}.",
            what=what,
            unknown=", ".join(unknown),
            known=", ".join(known),
        )
    return dict(values)


def _check_number(what: str, value: object, *, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise WeightsError("{what} is {value!r}; it must be a finite number.", what=what, value=value)
    if not low <= value <= high:
        raise WeightsError(
            "{what} is {value!r}; it must lie in {low:g}..{high:g}.", what=what, value=value, low=low, high=high
        )
