"""Which annotations belong to which image: copies share what is equal, and no change of one reaches another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.belonging import Belonging
from annotator.core.document import Instance
from annotator.core.geometry import RunLengths
from annotator.core.order import Places

SQUARE = RunLengths.from_mask(np.ones((2, 2), bool))
IMAGES = (1, 2)
COPY, SORT = "copy", "sort"


@given(st.lists(st.tuples(st.integers(0, 9), st.one_of(st.integers(1, 8), st.sampled_from([COPY, SORT])))))
def test_every_copy_is_as_if_it_were_alone(deeds):
    """A number stands for the instance that goes if it is there, and comes if it is not."""
    places = Places({record_id: place for place, record_id in enumerate((5, 3, 8, 1, 2, 7, 4, 6))})
    all_of_them = [Belonging()]
    expected: list[list[int]] = [[]]
    for which, deed in deeds:
        which %= len(all_of_them)
        one, ids = all_of_them[which], expected[which]
        if deed == COPY:
            all_of_them.append(one.copy())
            expected.append(list(ids))
        elif deed == SORT:
            one.sort_image(1, places)
        elif deed in ids:
            one.remove(instance(deed))
            ids.remove(deed)
        else:
            one.add(instance(deed), places)
            ids.append(deed)
        for belonging, present in zip(all_of_them, expected, strict=True):
            for image_id in IMAGES:
                there = sorted((i for i in present if instance(i).image_id == image_id), key=places.__getitem__)
                assert belonging.of_image(image_id) == tuple(there)
                assert belonging.count_of_image(image_id) == len(there)
            assert belonging.count_of_category(1) == len(present)


def instance(record_id: int) -> Instance:
    return Instance(record_id, IMAGES[record_id % 2], 1, SQUARE)
