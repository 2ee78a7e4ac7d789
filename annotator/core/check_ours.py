"""Whether what is under our key in a COCO file makes sense: states, reviews, groups, parents, attributes.

Most of it the reader leaves as it is when it does not understand it, so the window would not show it, without a word.
Each function yields (what, remedy) for one record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotator.core.coco_ours import attributes_of
from annotator.core.coco_records import COLOR, MAX_NEXT_ID
from annotator.core.coco_write import OURS, PROPOSAL
from annotator.core.document import Attribute, AttributeKind, ImageStatus
from annotator.core.records import ReviewState

Found = Iterator[tuple[str, str]]

_REVIEWS = tuple(state.value for state in ReviewState)
_STATUSES = tuple(status.value for status in ImageStatus)
_KINDS = tuple(kind.value for kind in AttributeKind)
_STATES = ("instance", PROPOSAL)


def ours_under_key(record: Mapping[str, Any]) -> dict[str, Any]:
    """What is under our key, {} when it is nothing or no object; `key_problems` says so."""
    ours = record.get(OURS)
    return ours if isinstance(ours, dict) else {}


def key_problems(record: Mapping[str, Any]) -> Found:
    """Whether our key holds an object."""
    if OURS in record and not isinstance(record[OURS], dict):
        yield f'its "{OURS}" is {record[OURS]!r}, not an object in braces', "take it out"


def category_problems(record: Mapping[str, Any]) -> Found:
    """The colour, and what its attributes are."""
    yield from key_problems(record)
    ours = ours_under_key(record)
    color = ours.get("color")
    if color is not None and not (isinstance(color, str) and COLOR.fullmatch(color)):
        yield f"its color is {color!r}", 'write it like "#4c72b0"'
    value = ours.get("attributes", [])
    if not isinstance(value, list):
        yield f"its attributes are {value!r}, not a list", "write a list of objects with a name and a kind"
        return
    names: set[str] = set()
    for item in value:
        item = item if isinstance(item, dict) else {"name": item}
        name, kind, choices = item.get("name"), item.get("kind"), item.get("choices")
        if not isinstance(name, str) or not name:
            yield f"the name of an attribute is {name!r}, not a text", "give it a name"
        elif kind not in _KINDS:
            yield f"the kind of its attribute {name!r} is {kind!r}", f"write one of {', '.join(_KINDS)}"
        elif name in names:
            yield f"it has two attributes called {name!r}", "rename one"
        elif kind == AttributeKind.CHOICE.value and not _are_texts(choices):
            yield f"the choices of its attribute {name!r} are {choices!r}", "write a list of at least one text"
        names |= {name} if isinstance(name, str) else set()


def image_problems(record: Mapping[str, Any]) -> Found:
    """Status, review and note."""
    yield from key_problems(record)
    ours = ours_under_key(record)
    if ours.get("status") is not None and ours["status"] not in _STATUSES:
        yield f"its status is {ours['status']!r}", f"write one of {', '.join(_STATUSES)}"
    yield from _review_problems(ours)
    if not isinstance(ours.get("note", ""), str):
        yield f"its note is {ours['note']!r}, not a text", "write a text or take it out"


def annotation_problems(record: Mapping[str, Any], attributes: Mapping[Any, Sequence[Attribute]]) -> Found:
    """Everything but the parent. attributes: those of each category id."""
    yield from key_problems(record)
    ours = ours_under_key(record)
    state = ours.get("state", "instance")
    if state not in _STATES:
        yield f"its state is {state!r}", f"write one of {', '.join(_STATES)}"
    if state == PROPOSAL:
        if type(record.get("score")) not in (int, float):
            yield f"its score is {record.get('score')!r}, but a proposal has a number", "write its predicted IoU"
        if record.get("iscrowd", 0) == 1:
            yield "it is a crowd, which a proposal cannot be", "write 0 as its iscrowd"
    yield from _review_problems(ours)
    group = ours.get("group")
    if group is not None and not _is_id(group):
        yield f"its group is {group!r}", f"write a whole number from 0 to {MAX_NEXT_ID}, or take it out"
    values = ours.get("attributes", {})
    if not isinstance(values, dict):
        yield f"its attributes are {values!r}, not an object in braces", "write the values by the attributes' names"
        return
    category_id = record.get("category_id")
    for attribute in attributes.get(category_id, ()) if type(category_id) is int else ():
        if attribute.name in values and not _fits(attribute, values[attribute.name]):
            value = values[attribute.name]
            yield f"its attribute {attribute.name!r} is {value!r}, but {_wanted(attribute)}", "correct the value"


def attributes_by_category(categories: Sequence[Any]) -> dict[int, Sequence[Attribute]]:
    """What the reader understands of the categories' attributes."""
    return {
        record["id"]: attributes_of(dict(ours_under_key(record)))
        for record in categories
        if isinstance(record, dict) and type(record.get("id")) is int
    }


class Parents:
    """Of what the annotations of a file are parts.

    A parent may be gone: it was deleted, and its id is not given again. One that was never there is a mistake.
    """

    def __init__(self, annotations: Sequence[Any], next_id: object) -> None:
        """annotations: the whole list; next_id: what the file says the next annotation's id will be."""
        self._next_id = next_id if type(next_id) is int else 0
        self._images: dict[int, Any] = {}
        self._parents: dict[int, Any] = {}
        for record in annotations:
            if isinstance(record, dict) and type(record.get("id")) is int:
                self._images[record["id"]] = record.get("image_id")
                self._parents[record["id"]] = ours_under_key(record).get("parent")

    def problems(self, record: Mapping[str, Any]) -> Found:
        """What is wrong with the parent of one annotation."""
        parent = ours_under_key(record).get("parent")
        if parent is None:
            return
        if not _is_id(parent):
            yield f"its parent is {parent!r}", "write the id of the annotation that it is a part of, or take it out"
        elif parent not in self._images:
            if parent >= self._next_id:
                yield f"there is no annotation {parent} to be a part of", "correct its parent, or take it out"
        elif self._images[parent] != record.get("image_id"):
            yield f"it is to be a part of annotation {parent}, which is on another image", "correct its parent"
        elif self._goes_round(record.get("id")):
            yield f"it is a part of annotation {parent}, and that a part of it", "take out one of the two parents"

    def _goes_round(self, start: Any) -> bool:
        seen: set[int] = set()
        at = self._parents.get(start)
        while type(at) is int and at not in seen:
            if at == start:
                return True
            seen.add(at)
            at = self._parents.get(at)
        return False


def _review_problems(ours: Mapping[str, Any]) -> Found:
    review, comment = ours.get("review"), ours.get("review_comment")
    if review is not None and review not in _REVIEWS:
        yield f"its review is {review!r}", f"write one of {', '.join(_REVIEWS)}, or take it out"
    if comment is not None and not isinstance(comment, str):
        yield f"the comment of its review is {comment!r}, not a text", "write a text or take it out"
    elif comment and review is None:
        yield "it has the comment of a review, but no review", f"write one of {', '.join(_REVIEWS)} as its review"


def _is_id(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_NEXT_ID


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _fits(attribute: Attribute, value: object) -> bool:
    match attribute.kind:
        case AttributeKind.FLAG:
            return isinstance(value, bool)
        case AttributeKind.NUMBER:
            return type(value) in (int, float)
        case AttributeKind.TEXT:
            return isinstance(value, str)
    return isinstance(value, str) and (value in attribute.choices or not attribute.choices)


def _wanted(attribute: Attribute) -> str:
    match attribute.kind:
        case AttributeKind.FLAG:
            return "it is true or false in its category"
        case AttributeKind.NUMBER:
            return "it is a number in its category"
        case AttributeKind.TEXT:
            return "it is a text in its category"
    return f"its category has the choices {', '.join(attribute.choices)}"
