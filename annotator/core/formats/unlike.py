"""What another file says of records that a document has: an import leaves it out, and says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from annotator.core.document import Category, Document, ImageRecord, Instance, StoredProposal


@dataclass(frozen=True)
class Unlike:
    """What is there already, and of which the other file says something else.

    images: paths, of those with another note, status or review, or other keys of their own. categories: names, of those
    with other attributes, another supercategory or other keys. instances: ids in the document, of those with another
    review, other values of attributes or other keys, or of which only one is a crowd, locked, or in a group.
    """

    images: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    instances: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.images or self.categories or self.instances)


Pairs = Iterable[tuple[int, int]]
"""Ids of what is the same: of the document, and of what is imported."""


def unlike(document: Document, imported: Document, *, images: Pairs, categories: Pairs, instances: Pairs) -> Unlike:
    """Compare those pairs. Where the imported one says nothing, there is nothing to leave out."""
    return Unlike(
        images=tuple(
            document.images[ours].path
            for ours, theirs in images
            if _differs(_said_of_image(document.images[ours]), _said_of_image(imported.images[theirs]))
        ),
        categories=tuple(
            document.categories[ours].name
            for ours, theirs in categories
            if _differs(_said_of_category(document.categories[ours]), _said_of_category(imported.categories[theirs]))
        ),
        instances=tuple(
            ours
            for ours, theirs in instances
            if _differs(_said_of_annotation(document, ours), _said_of_annotation(imported, theirs))
        ),
    )


def _differs(ours: tuple[object, ...], theirs: tuple[object, ...]) -> bool:
    return any(bool(said) and said != known for known, said in zip(ours, theirs, strict=True))


def _said_of_image(image: ImageRecord) -> tuple[object, ...]:
    return image.note, image.status, image.review, dict(image.extra)


def _said_of_category(category: Category) -> tuple[object, ...]:
    return category.supercategory, category.attributes, dict(category.extra)


def _said_of_annotation(document: Document, number: int) -> tuple[object, ...]:
    annotation: Instance | StoredProposal = document.instances.get(number) or document.proposals[number]
    if isinstance(annotation, StoredProposal):
        return None, {}, False, False, False, dict(annotation.extra)
    # Not the group's number, which is given anew.
    return (
        annotation.review,
        dict(annotation.attributes),
        annotation.iscrowd,
        annotation.locked,
        annotation.group is not None,
        dict(annotation.extra),
    )
