"""What formats cannot hold of a document, said instance by instance wherever it has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from annotator.core.document import Document, Instance
from annotator.core.formats.names import renamed_images
from annotator.core.formats.report import Loss
from annotator.core.polygons import count_parts_and_holes
from annotator.errors import Sentence

NOT_KEPT = "ids, provenance, attributes, groups, locks, reviews, notes, colours and supercategories are not kept"
"""What no format but COCO holds, a Loss of the whole."""

PROPOSALS_ACCEPTED = "proposals become instances, as if they had been accepted"
"""What formats that do not know proposals make of them."""

BRIDGED = Sentence("holes and parts are joined to one outline by lines without width")
HOLES_BRIDGED = Sentence("holes are joined to their outline by lines without width")


def not_kept(document: Document) -> Iterator[Loss]:
    """What no format but COCO holds: of any document, and of the instances that have it."""
    yield Loss(NOT_KEPT)
    instances = document.instances_in_order()
    if ids := _ids(i for i in instances if i.attributes):
        yield Loss(Sentence("values of attributes are lost"), ids, ("coco",))
    if ids := _ids(i for i in instances if i.group is not None):
        yield Loss(Sentence("groups are lost"), ids, ("coco",))
    if ids := _ids(i for i in instances if i.extra):
        keys = sorted({key for i in instances for key in i.extra})
        more = " ..." if len(keys) > 3 else ""
        yield Loss(Sentence("keys of their own are lost: {keys}", keys=", ".join(keys[:3]) + more), ids, ("coco",))


def no_crowds(document: Document) -> Iterator[Loss]:
    """For formats in which every instance is an ordinary one."""
    if ids := _ids(i for i in document.instances_in_order() if i.iscrowd):
        yield Loss("crowds become ordinary instances", ids, ("coco", "masks"))


def no_empty_masks(document: Document) -> Iterator[Loss]:
    """For formats in which an instance is what its pixels are."""
    if ids := _ids(i for i in document.instances_in_order() if not i.mask.area):
        yield Loss("instances without a pixel are left out", ids, ("coco", "masks"), leaves_out=True)


def bridges(document: Document, *, parts_too: bool, held_by: tuple[str, ...]) -> Iterator[Loss]:
    """For formats of polygons without holes, and with parts_too without parts either."""

    def is_bridged(instance: Instance) -> bool:
        parts, holes = count_parts_and_holes(instance.mask)
        return bool(holes) or (parts_too and parts > 1)

    if ids := _ids(i for i in document.instances_in_order() if is_bridged(i)):
        yield Loss(BRIDGED if parts_too else HOLES_BRIDGED, ids, held_by)


def no_pixels(count: int) -> Sentence:
    """A note of what an import leaves out."""
    return Sentence(
        "Shapes without a pixel in their image, too small or outside of it, are left out: {count}.", count=count
    )


def renaming(labels: Mapping[str, str]) -> Iterator[Loss]:
    """The images whose files are not called like them, if any. labels: what label_names gave."""
    return renamed(renamed_images(labels))


def renamed(paths: list[str]) -> Iterator[Loss]:
    """Those images, if any, whose files are not called like them."""
    if paths:
        yield Loss(
            Sentence(
                "images whose files get another name, because theirs differs in its ending or capitals only, or is no "
                "name on every system: {count}, such as {names}",
                count=len(paths),
                names=", ".join(paths[:5]),
            )
        )


def _ids(instances: Iterable[Instance]) -> tuple[int, ...]:
    return tuple(instance.id for instance in instances)
