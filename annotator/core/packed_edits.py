"""Edits as an undo stack keeps them: in as little memory as can be, and with the bytes they take.

A stroke changes a few columns of a mask, whose run-lengths may take 100 kB; a change of category touches one field of
each of 20,000 instances. What is kept of a change is what differs: the fields, and of a mask's run-lengths the piece
between what both have at their beginning and at their end. The rest is in the document, which is in the state right
before or right after the edit whenever that is to be done or undone. Nothing is lost: what comes back is equal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np

from annotator.core.document import Category, Document, ImageRecord, Instance, Record, StoredProposal
from annotator.core.edits import ChangeInstance, Edit, Together
from annotator.core.geometry import RunLengths

_OBJECT_BYTES = 500  # a record or an edit, without what its mask and mappings hold
_NUMBER_BYTES = 40  # one in a list
_POINTER_BYTES = 16  # one in a tuple
_SAMPLES = 200  # parts of an edit that are asked how much memory they take


class PackedEdit(Protocol):
    """nbytes: about how much memory the edit takes beside what the document holds anyway."""

    @property
    def nbytes(self) -> int:
        """See the class."""

    def unpack(self, document: Document, *, applied: bool) -> Edit:
        """The edit, for a document in the state right after it (applied), or else in the one right before."""


def pack(edit: Edit, document: Document) -> PackedEdit:
    """Pack an edit that has just been applied to the document."""
    return deque(packing(edit, document), maxlen=1)[0]


def packing(edit: Edit, document: Document) -> Iterator[PackedEdit]:
    """Pack an edit that has just been applied to the document, in small steps.

    First gives the edit as it is, in next to no time whatever it consists of; then that again after each instance, some
    0.02 ms; last the packed edit. Only the first step looks at the document, which may have changed until the others.
    """
    whole = _Whole(edit, _OBJECT_BYTES + _bytes_of_edit(edit, document))
    yield whole
    changes = _changes(edit)
    if not changes:
        return
    differences: dict[tuple[Any, ...], _Difference] = {}
    parts = []
    nbytes = _OBJECT_BYTES
    for change in changes:
        before, after = vars(change.before), vars(change.after)
        # The same objects, not equal ones: 1 and True are equal, and are not the same in a file.
        names = [name for name, value in before.items() if value is not after[name]]
        befores, afters = [before[name] for name in names], [after[name] for name in names]
        key = (*names, *map(id, befores), *map(id, afters))
        if key not in differences:
            differences[key] = _Difference(tuple(map(_difference, names, befores, afters)))
            nbytes += differences[key].nbytes()
        parts.append((change.before.id, differences[key]))
        yield whole
    nbytes += 3 * _POINTER_BYTES * len(parts)
    yield _Changes(isinstance(edit, Together), tuple(parts), nbytes)


def _changes(edit: Edit) -> list[ChangeInstance]:
    """The changes an edit consists of, each of another instance; none when there is anything else in it."""
    edits = edit.edits if isinstance(edit, Together) else (edit,)
    changes = [part for part in edits if isinstance(part, ChangeInstance)]
    is_all = len(changes) == len(edits) == len({change.before.id for change in changes})
    return changes if is_all else []


@dataclass(frozen=True, eq=False)
class _Whole:
    """What cannot be said by differences: whatever comes or goes; and what is not packed yet."""

    edit: Edit
    nbytes: int

    def unpack(self, document: Document, *, applied: bool) -> Edit:
        return self.edit


@dataclass(frozen=True, eq=False)
class _Changes:
    """Changes of instances, by their ids."""

    is_together: bool
    parts: tuple[tuple[int, _Difference], ...]
    nbytes: int

    def unpack(self, document: Document, *, applied: bool) -> Edit:
        changes = []
        for instance_id, difference in self.parts:
            present = document.instances[instance_id]
            other = difference.other(present, applied=applied)
            changes.append(ChangeInstance(other, present) if applied else ChangeInstance(present, other))
        return Together(tuple(changes)) if self.is_together else changes[0]


@dataclass(frozen=True, eq=False)
class _Difference:
    """How an instance before a change differs from the one after it."""

    fields: tuple[_Field | _MaskField, ...]

    def other(self, present: Instance, *, applied: bool) -> Instance:
        changed: dict[str, Any] = {field.name: field.other(present, applied=applied) for field in self.fields}
        return replace(present, **changed)

    def nbytes(self) -> int:
        return _OBJECT_BYTES + sum(field.nbytes() for field in self.fields)


@dataclass(frozen=True, eq=False)
class _Field:
    name: str
    before: Any
    after: Any

    def other(self, present: Instance, *, applied: bool) -> Any:
        return self.before if applied else self.after

    def nbytes(self) -> int:
        return _bytes_of(self.before) + _bytes_of(self.after)


@dataclass(frozen=True, eq=False)
class _MaskField:
    """before, after: what stands in the run-lengths from `start` on, up to what both end with."""

    start: int
    before: bytes
    after: bytes
    name: str = "mask"

    def other(self, present: Instance, *, applied: bool) -> RunLengths:
        this, that = (self.after, self.before) if applied else (self.before, self.after)
        mask = present.mask
        counts = mask.counts[: self.start] + that + mask.counts[self.start + len(this) :]
        return RunLengths(mask.height, mask.width, counts)

    def nbytes(self) -> int:
        return len(self.before) + len(self.after)


def _difference(name: str, before: Any, after: Any) -> _Field | _MaskField:
    masks = isinstance(before, RunLengths) and isinstance(after, RunLengths)
    # One that was never decoded is as the file spells it: not to be decoded for this.
    if not masks or before.is_pending or after.is_pending:
        return _Field(name, before, after)
    one, other = before.counts, after.counts
    start = _equal_at_start(one, other)
    end = _equal_at_start(one[start:][::-1], other[start:][::-1])
    return _MaskField(start, one[start : len(one) - end], other[start : len(other) - end])


def _equal_at_start(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    length = min(len(one), len(other))
    differs = np.frombuffer(one, np.uint8, length) != np.frombuffer(other, np.uint8, length)
    return int(differs.argmax()) if differs.any() else length


def _bytes_of_edit(value: Any, document: Document) -> int:
    """What an edit, or a part of one, holds that the document does not."""
    if isinstance(value, Category | ImageRecord | Instance | StoredProposal):
        return _bytes_of_record(value, document)
    if isinstance(value, tuple):
        # Of very many parts, a sample of them tells: they are much alike, and asking all takes longer than may be.
        step = len(value) // _SAMPLES + 1
        some = value[::step]
        return sum(_bytes_of_edit(part, document) for part in some) * len(value) // max(len(some), 1)
    if isinstance(value, int):
        return _POINTER_BYTES
    return _OBJECT_BYTES + sum(_bytes_of_edit(getattr(value, field.name), document) for field in fields(value))


def _bytes_of_record(record: Record, document: Document) -> int:
    if document.find(record) is record:
        return _POINTER_BYTES
    # A proposal that was accepted lends its mask to the instance.
    present = document.instances.get(record.id) or document.proposals.get(record.id)
    shared = {id(value) for value in vars(present).values()} if present is not None else set()
    return _OBJECT_BYTES + sum(_bytes_of(value) for value in vars(record).values() if id(value) not in shared)


def _bytes_of(value: Any) -> int:
    if isinstance(value, RunLengths):
        # One that is pending holds the segmentation that `verbatim` has, too.
        return _POINTER_BYTES if value.is_pending else len(value.counts)
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        return _POINTER_BYTES + sum(_NUMBER_BYTES + _bytes_of(item) for item in value.values())
    if isinstance(value, list):
        is_numbers = bool(value) and isinstance(value[0], int | float)
        return _NUMBER_BYTES * len(value) if is_numbers else _OBJECT_BYTES + sum(map(_bytes_of, value))
    return 0
