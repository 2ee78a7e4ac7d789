"""The ids of a document's records, and their order: neither forgets what was removed."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from annotator.core.records import Category, ImageRecord, Instance, Record, StoredProposal

KIND_NAMES: Mapping[type, str] = {
    Category: "category",
    ImageRecord: "image",
    Instance: "instance",
    StoredProposal: "instance",
}
"""What errors and files call a kind of record; instances and proposals have their ids in common."""

Gaps = Sequence[tuple[int, int | None]]
"""Ids that were removed, each with the id before it or None, in order; that one may be a removed one too."""


@dataclass
class NextIds:
    """The next id of each kind; ids are never given twice, not even after a deletion and a reload."""

    category: int = 1
    image: int = 1
    instance: int = 1

    def take(self, kind: type[Record]) -> int:
        """A new id for a record of that kind."""
        name = KIND_NAMES[kind]
        new_id: int = getattr(self, name)
        setattr(self, name, new_id + 1)
        return new_id

    def take_many(self, kind: type[Record], count: int) -> range:
        """That many new ids for records of that kind."""
        name = KIND_NAMES[kind]
        first: int = getattr(self, name)
        setattr(self, name, first + count)
        return range(first, first + count)

    def pass_over(self, kind: type[Record], taken: int) -> None:
        """That id was given by somebody else."""
        name = KIND_NAMES[kind]
        if taken >= getattr(self, name):
            setattr(self, name, taken + 1)


class Places(dict[int, int]):
    """The place of every id there ever was, from 0, so that what is removed can come back to where it had been."""

    def place_of(self, record_id: int) -> int:
        """The place of that id; a new one comes last."""
        return self.setdefault(record_id, len(self))

    def append(self, record_ids: Sequence[int]) -> None:
        """Let ids that are all new come last, in their order."""
        self.update(zip(record_ids, count(len(self)), strict=False))

    def is_last(self, place: int) -> bool:
        """Whether no id comes after it."""
        return place == len(self) - 1

    def exchange(self, before: Sequence[int], after: Sequence[int]) -> None:
        """Give the places of these ids to them in another order. Raises ValueError when they are not the same ids."""
        if sorted(before) != sorted(after):
            raise ValueError(f"{list(after)} is no order of {list(before)}")
        # All others, and those that were removed, keep theirs.
        for record_id, place in zip(after, sorted(map(self.__getitem__, before)), strict=True):
            self[record_id] = place

    def sort(self, table: dict[int, Any]) -> None:
        """Put a table's ids in this order. In place: views hold on to the table."""
        records = sorted(table.items(), key=lambda item: self[item[0]])
        table.clear()
        table.update(records)

    def gaps(self, present: Container[int]) -> list[tuple[int, int | None]]:
        """Where the ids that are not present would come back."""
        order = sorted(self, key=self.__getitem__)
        return [
            (record_id, order[place - 1] if place else None)
            for place, record_id in enumerate(order)
            if record_id not in present
        ]

    def keep_gaps(self, gaps: Gaps) -> None:
        """Make place for ids that another document had removed. Raises ValueError when they do not fit these."""
        followers: dict[int | None, list[int]] = {}
        known: set[int | None] = {None, *self}
        for record_id, before in gaps:
            if record_id in known:
                raise ValueError(f"{record_id} is there")
            if before not in known:
                raise ValueError(f"{before} is not there")
            known.add(record_id)
            followers.setdefault(before, []).append(record_id)
        order = sorted(self, key=self.__getitem__)
        self.update((record_id, place) for place, record_id in enumerate(_with_followers(order, followers)))


class Order:
    """The places of all records, by kind. Instances and proposals have one order in common, as they have their ids."""

    def __init__(self) -> None:
        annotations = Places()
        self._places: dict[type[Record], Places] = {
            Category: Places(),
            ImageRecord: Places(),
            Instance: annotations,
            StoredProposal: annotations,
        }

    def __getitem__(self, kind: type[Record]) -> Places:
        return self._places[kind]

    def copy(self) -> Order:
        """Another one of the same places."""
        copy = Order()
        for kind in (Category, ImageRecord, Instance):
            copy._places[kind].update(self._places[kind])
        return copy

    def gaps(self, present: Mapping[type[Record], Container[int]]) -> dict[str, list[tuple[int, int | None]]]:
        """Where the ids of these kinds that are not present would come back, by the kind's name."""
        return {KIND_NAMES[kind]: self._places[kind].gaps(ids) for kind, ids in present.items()}

    def keep_gaps(self, gaps: Mapping[str, Gaps]) -> None:
        """Make place for what another document had removed. Raises ValueError when it does not fit these."""
        for kind in (Category, Instance):
            self._places[kind].keep_gaps(gaps.get(KIND_NAMES[kind], ()))


def _with_followers(order: Sequence[int], followers: Mapping[int | None, Sequence[int]]) -> Iterator[int]:
    """Each id, then those that follow it, of which the last comes first, and those that follow them."""
    for head in (None, *order):
        coming: list[int | None] = [head]
        while coming:
            record_id = coming.pop()
            if record_id is not None:
                yield record_id
            coming += followers.get(record_id, ())
