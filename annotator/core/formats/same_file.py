"""Image records that name one file, as COCO files from elsewhere have them: two ids, or the name in other capitals."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace

from annotator.core.document import Document, Instance, StoredProposal
from annotator.errors import SaveError


def of_one_file(document: Document) -> list[tuple[int, ...]]:
    """The ids of the images that are one file, two or more of each, in the document's order.

    Names that differ in their capitals are one file where the disk says so, as on Windows.
    """
    alike = defaultdict(list)
    for image in document.images.values():
        alike[image.path.casefold()].append(image.id)
    return [group for ids in alike.values() if len(ids) > 1 for group in _groups(document, ids)]


def unite(document: Document) -> list[tuple[int, ...]]:
    """Make one image of those of one file, with the annotations of all, in a document of one's own.

    Returns their ids, the one that stays first. Raises SaveError when they have different sizes.
    """
    groups = of_one_file(document)
    for first, *others in groups:
        for other in others:
            _require_one_size(document, first, other)
            annotations: list[Instance | StoredProposal] = [
                *document.instances_of(other),
                *document.proposals_of(other),
            ]
            for annotation in annotations:
                document.remove(annotation)
                document.put(replace(annotation, image_id=first))
            document.remove(document.images[other])
    return groups


def _groups(document: Document, ids: list[int]) -> list[tuple[int, ...]]:
    """Those of the images, whose names differ in capitals at most, that are one file."""
    groups: list[list[int]] = []
    for image_id in ids:
        group = next((group for group in groups if _is_one_file(document, group[0], image_id)), None)
        if group is None:
            groups.append([image_id])
        else:
            group.append(image_id)
    return [tuple(group) for group in groups if len(group) > 1]


def _is_one_file(document: Document, one: int, other: int) -> bool:
    if document.images[one].path == document.images[other].path:
        return True
    try:
        return os.path.samefile(document.image_path(one), document.image_path(other))
    except OSError:  # one of them is not there, so they are not one
        return False


def _require_one_size(document: Document, one: int, other: int) -> None:
    first, second = document.images[one], document.images[other]
    if (first.height, first.width) != (second.height, second.width):
        raise SaveError(
            "The images {one} and {other} are one file, {path}, but the one has {width} x {height} pixels and the "
            "other {width2} x {height2}: annotator check says which is right; take the other out, then export again.",
            one=one,
            other=other,
            path=first.path,
            width=first.width,
            height=first.height,
            width2=second.width,
            height2=second.height,
        )
