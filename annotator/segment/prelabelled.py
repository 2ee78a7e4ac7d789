"""What an image remembers of its pre-labelling, so that proposals somebody has rejected do not come back.

It lies under our key of the image's record: {"prelabelled": {"weights": str, "digest": str, "category": str,
"max_masks": int | None, "parameters": {...}}}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from annotator.core.document import Document, ImageRecord
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.stored_proposals import OURS, earlier_proposals

_KEY = "prelabelled"


def run_mark(
    *, weights: str, digest: str, category: str, max_masks: int | None, config: EverythingConfig
) -> Mapping[str, Any]:
    """What the images of a run remember: all that its proposals depend on, as plain JSON values.

    weights, digest: the checkpoint's name and fingerprint; the others as a run is asked for them.
    """
    return {
        "weights": weights,
        "digest": digest,
        "category": category,
        "max_masks": max_masks,
        "parameters": asdict(config),
    }


def marked(image: ImageRecord, mark: Mapping[str, Any]) -> ImageRecord:
    """The image, remembering the run with that mark."""
    if remembered_run(image) == mark:
        return image
    return replace(image, extra={**image.extra, OURS: {**image.extra.get(OURS, {}), _KEY: mark}})


def is_done(document: Document, image: ImageRecord, mark: Mapping[str, Any]) -> bool:
    """Whether a run with that mark leaves the image alone, unless it is told to do all again.

    It does where such a run has been over the image, whatever has become of its proposals, and where proposals wait
    that no run has made.
    """
    return bool(remembered_run(image) == mark) or has_proposals_of_others(document, image)


def has_proposals_of_others(document: Document, image: ImageRecord) -> bool:
    """Whether the image has proposals of ours that the run it remembers did not make: somebody asked for them.

    Where nothing is remembered, as in files of older versions, that is said of all.
    """
    run = remembered_run(image)
    made_by = (run.get("weights"), run.get("parameters")) if isinstance(run, Mapping) else None
    return any((p.provenance.weights, p.parameters) != made_by for p in earlier_proposals(document, image.id))


def remembered_run(image: ImageRecord) -> Any:
    """The mark that the image remembers, or None; whatever a file says."""
    return image.extra.get(OURS, {}).get(_KEY)
