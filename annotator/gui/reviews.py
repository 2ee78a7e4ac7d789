"""How the reviews of images and instances change."""

from __future__ import annotations

from dataclasses import replace

from annotator.core.document import Review, ReviewState


def reviewed(review: Review | None, state: ReviewState | None) -> Review | None:
    """The review with another state, None for none at all.

    Its comment says what to change: it stays while there is something to change, and goes with the acceptance.
    """
    if state is None:
        return None
    return Review(state, "" if review is None or state is ReviewState.ACCEPTED else review.comment)


def commented(review: Review | None, comment: str) -> Review | None:
    """The review with another comment; where there is no review, there is nothing to comment on."""
    return None if review is None else replace(review, comment=comment)
