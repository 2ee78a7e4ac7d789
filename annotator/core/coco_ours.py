"""What COCO has no key for: reviews, notes, groups, locks and attributes, taken out of the object under our key.

Each function takes what it understands out of `ours`; what it does not stays there, and so is written as it was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotator.core.records import NOTHING, Attribute, AttributeKind, Review, ReviewState

_STATES = {state.value: state for state in ReviewState}
_KINDS = {kind.value: kind for kind in AttributeKind}
_ATTRIBUTE_KEYS = frozenset({"name", "kind", "choices"})


def review_of(ours: dict[str, Any]) -> Review | None:
    """The review, with its comment."""
    value, comment = ours.get("review"), ours.get("review_comment")
    if not isinstance(value, str) or value not in _STATES:
        return None
    del ours["review"]
    if isinstance(comment, str) and comment:
        del ours["review_comment"]
    else:
        comment = ""
    return Review(_STATES[value], comment)


def note_of(ours: dict[str, Any]) -> str:
    """The note of an image."""
    value = ours.get("note")
    if not isinstance(value, str) or not value:
        return ""
    del ours["note"]
    return value


def group_of(ours: dict[str, Any], *, most: int) -> int | None:
    """The group of an instance, from 0 to `most`."""
    return _id_of(ours, "group", most)


def locked_of(ours: dict[str, Any]) -> bool:
    """Whether an instance is locked."""
    if ours.get("locked") is not True:
        return False
    del ours["locked"]
    return True


def parent_of(ours: dict[str, Any], *, most: int) -> int | None:
    """What an instance was a part of when it was a proposal, an id from 0 to `most`."""
    return _id_of(ours, "parent", most)


def values_of(ours: dict[str, Any]) -> Mapping[str, Any]:
    """The values of an instance's attributes; any JSON, because the category says what makes sense."""
    value = ours.get("attributes")
    if not isinstance(value, dict) or not value:
        return NOTHING
    del ours["attributes"]
    return value


def attributes_of(ours: dict[str, Any]) -> tuple[Attribute, ...]:
    """The attributes of a category: all or, when one of them cannot be understood, none."""
    value = ours.get("attributes")
    if not isinstance(value, list) or not value:
        return ()
    attributes = [_attribute(item) for item in value]
    understood = tuple(attribute for attribute in attributes if attribute is not None)
    if len({attribute.name for attribute in understood}) < len(attributes):
        return ()
    del ours["attributes"]
    return understood


def _attribute(value: object) -> Attribute | None:
    if not isinstance(value, dict):
        return None
    name, kind, choices = value.get("name"), value.get("kind"), value.get("choices")
    if not isinstance(name, str) or not name or not isinstance(kind, str) or kind not in _KINDS:
        return None
    extra = {key: item for key, item in value.items() if key not in _ATTRIBUTE_KEYS}
    if isinstance(choices, list) and choices and all(isinstance(choice, str) for choice in choices):
        return Attribute(name, _KINDS[kind], tuple(choices), extra or NOTHING)
    if "choices" in value:
        extra["choices"] = choices
    return Attribute(name, _KINDS[kind], (), extra or NOTHING)


def _id_of(ours: dict[str, Any], key: str, most: int) -> int | None:
    value = ours.get(key)
    if type(value) is not int or not 0 <= value <= most:
        return None
    del ours[key]
    return value
