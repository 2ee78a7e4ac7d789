"""Random masks and documents, st.from_type(RunLengths) and st.from_type(Document), and places for datasets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st
from PIL import Image

from annotator.core.coco import MAX_ID
from annotator.core.document import (
    Attribute,
    AttributeKind,
    Category,
    Document,
    ImageRecord,
    ImageStatus,
    Instance,
    Provenance,
    Review,
    ReviewState,
    StoredProposal,
)
from annotator.core.geometry import RunLengths

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.text(st.sampled_from("abz019_ é猫"), min_size=1, max_size=6)
ids = st.integers(0, MAX_ID)
sides = st.integers(1, 24)
ratios = st.none() | st.floats(0, 1)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
# Keys no reader of ours takes for its own.
extras = st.dictionaries(texts.map("x-{}".format), values, max_size=2)


reviews = st.builds(Review, st.sampled_from(ReviewState), texts)
choices = st.lists(texts, max_size=2).map(tuple)
attributes = st.lists(
    st.builds(
        Attribute,
        texts.map("n{}".format),
        st.sampled_from(AttributeKind),
        st.lists(texts, max_size=2).map(tuple),
        extras,
    ),
    max_size=2,
    unique_by=lambda attribute: attribute.name,
).map(tuple)
attribute_values = st.dictionaries(texts, values, max_size=2)


@st.composite
def extras_with_ours(draw):
    extra = draw(extras)
    ours = draw(extras)
    return {**extra, "annotator": ours} if ours else extra


@st.composite
def run_lengths(draw, height=sides, width=sides):
    """Rectangles of foreground and of background over each other: several parts, holes, islands in holes, nothing."""
    mask = np.zeros((draw(height), draw(width)), bool)
    for _ in range(draw(st.integers(0, 5))):
        x, y = draw(st.integers(0, mask.shape[1] - 1)), draw(st.integers(0, mask.shape[0] - 1))
        right, bottom = draw(st.integers(x + 1, mask.shape[1])), draw(st.integers(y + 1, mask.shape[0]))
        mask[y:bottom, x:right] = draw(st.booleans())
    return RunLengths.from_mask(mask)


@st.composite
def documents(draw):
    document = Document(Path("images"))
    document.extra = draw(extras_with_ours())
    for category_id in draw(st.lists(ids, unique=True, max_size=3)):
        color = draw(st.none() | st.just("#00a0ff"))
        extra = draw(extras_with_ours())
        document.put(Category(category_id, draw(texts), draw(texts), color, extra=extra, attributes=draw(attributes)))
    paths = draw(st.lists(st.lists(names, min_size=1, max_size=3).map("/".join), unique=True, max_size=3))
    for image_id, path in zip(draw(st.lists(ids, unique=True, min_size=3, max_size=3)), paths, strict=False):
        size, status = (draw(sides), draw(sides)), draw(st.none() | st.sampled_from(ImageStatus))
        review, extra = draw(st.none() | reviews), draw(extras_with_ours())
        document.put(ImageRecord(image_id, path, *size, status=status, review=review, note=draw(texts), extra=extra))
    if not document.categories or not document.images:
        return document
    for instance_id in draw(st.lists(ids, unique=True, max_size=6)):
        image = draw(st.sampled_from(list(document.images.values())))
        document.put(
            Instance(
                instance_id,
                image.id,
                draw(st.sampled_from(list(document.categories))),
                draw(run_lengths(st.just(image.height), st.just(image.width))),
                iscrowd=draw(st.booleans()),
                group=draw(st.none() | ids),
                review=draw(st.none() | reviews),
                attributes=draw(attribute_values),
                provenance=Provenance(draw(texts), draw(texts), draw(ratios), draw(ratios)),
                parent_id=draw(st.none() | ids),
                extra=draw(extras_with_ours()),
                locked=draw(st.booleans()),
            )
        )
    for proposal_id in draw(st.lists(ids.filter(lambda i: i not in document.instances), unique=True, max_size=3)):
        image = draw(st.sampled_from(list(document.images.values())))
        document.put(
            StoredProposal(
                proposal_id,
                image.id,
                draw(st.sampled_from(list(document.categories))),
                draw(run_lengths(st.just(image.height), st.just(image.width))),
                score=draw(st.floats(0, 1)),
                provenance=Provenance(draw(texts), draw(texts), draw(ratios), draw(ratios)),
                parent_id=draw(st.none() | ids),
                point=draw(st.none() | st.tuples(st.floats(0, 24), st.floats(0, 24))),
                parameters=draw(st.just({}) | st.just({"points_per_side": 8, "nms_iou": 0.7})),
                extra=draw(extras_with_ours()),
            )
        )
    return document


st.register_type_strategy(RunLengths, run_lengths())
st.register_type_strategy(Document, documents())


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A COCO file that is not there yet, one for each module."""
    return tmp_path_factory.mktemp("coco") / "annotations.coco.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With two images in its folder `images`, which no COCO file lists yet."""
    (tmp_path / "images").mkdir()
    for name in ("b", "d"):
        Image.new("L", (24, 16)).save(tmp_path / "images" / f"{name}.png")
    return tmp_path
