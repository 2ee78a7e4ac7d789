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
    """Whether a run with that mark has been over the image, whatever has become of its proposals.

    Where nothing is remembered, as in files of older versions, its proposals tell: those of such a run, and not more of
    them than it keeps. That an earlier run kept fewer cannot be seen from what it left.
    """
    remembered = remembered_run(image)
    if remembered is not None:
        return bool(remembered == mark)
    earlier = earlier_proposals(document, image.id)
    most = mark["max_masks"]
    return (most is None or len(earlier) <= most) and any(
        proposal.provenance.weights == mark["weights"]
        and proposal.parameters == mark["parameters"]
        and document.categories[proposal.category_id].name == mark["category"]
        for proposal in earlier
    )


def remembered_run(image: ImageRecord) -> Any:
    """The mark that the image remembers, or None; whatever a file says."""
    return image.extra.get(OURS, {}).get(_KEY)
