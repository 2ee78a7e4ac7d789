"""Statistics: counted by hand, and on a page that stands alone."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.document import (
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
from annotator.core.stats import Bar, CategoryStatistics, statistics
from annotator.core.stats_page import stats_page
from annotator.core.stats_words import CHINESE, ENGLISH
from annotator.segment.stored_proposals import SOURCE


def square(side: int) -> RunLengths:
    mask = np.zeros((120, 120), bool)
    mask[:side, :side] = True
    return RunLengths.from_mask(mask)


def document() -> Document:
    document = Document(Path())
    document.put(Category(5, "<cat> & dog"))
    document.put(Category(1, "unused"))
    for image_id in (1, 2, 3):
        document.put(ImageRecord(image_id, f"{image_id}.png", 120, 120))
    for number, (image_id, side, source) in enumerate(
        [(1, 31, "tinysam"), (1, 32, "tinysam"), (1, 95, ""), (2, 96, "tinysam"), (2, 0, "")]
    ):
        document.put(
            Instance(number, image_id, 5, square(side), iscrowd=number == 2, provenance=Provenance(source=source))
        )
    return document


def test_proposals_are_counted_apart():
    with_some = document()
    for number in (20, 21):
        with_some.put(StoredProposal(number, 1, 5, square(9), score=0.5))
    counted = statistics(with_some)
    assert (counted.proposals, counted.instances) == (2, statistics(document()).instances)
    assert counted.proposed_images == 1
    assert [category.proposals for category in counted.categories] == [2, 0]
    assert counted.proposal_sizes == (Bar("8-15", 2),)
    assert counted.sizes == statistics(document()).sizes
    page = stats_page(counted, "x.json")
    assert "Size of the proposals" in page
    assert "Size of the instances" in page


def test_a_page_of_proposals_alone_has_no_empty_plots():
    only = document()
    for instance in list(only.instances.values()):
        only.remove(instance)
        only.put(StoredProposal(instance.id, instance.image_id, 5, square(9), score=0.5))
    page = stats_page(statistics(only), "x.json")
    assert "None." not in page
    assert "Size of the instances" not in page
    assert "once they are accepted" in page
    assert "Size of the proposals" in page


def test_counts():
    counted = statistics(document())
    assert (counted.images, counted.annotated_images) == (3, 2)
    assert (counted.instances, counted.crowds, counted.empty) == (5, 1, 1)
    assert (counted.small, counted.medium, counted.large) == (1, 2, 1)
    assert counted.categories == (
        CategoryStatistics(5, "<cat> & dog", 5, 2, 0, 32.0**2, 96**2),
        CategoryStatistics(1, "unused", 0, 0, 0, 0.0, 0),
    )
    assert counted.sizes == (Bar("16-31", 1), Bar("32-63", 1), Bar("64-127", 2))
    assert counted.per_image == (Bar("0", 1), Bar("1", 0), Bar("2-3", 2))
    assert counted.sources == (Bar("tinysam", 3), Bar("unknown", 2))


@given(st.from_type(Document))
def test_the_parts_make_up_the_whole(document):
    counted = statistics(document)
    assert counted.empty + counted.small + counted.medium + counted.large == counted.instances
    assert sum(bar.count for bar in counted.sizes) == counted.instances - counted.empty
    assert sum(bar.count for bar in counted.per_image) == counted.images
    assert sum(bar.count for bar in counted.sources) == counted.instances
    assert sum(category.instances for category in counted.categories) == counted.instances


class Page(HTMLParser):
    """The open tags must close in order; links to anything else are collected."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attributes):
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_is_whole_and_needs_nothing_else():
    page = Page()
    page.feed(stats_page(statistics(document()), "<my> dataset"))
    assert not page.open
    assert not page.links
    assert "<my> dataset" in page.text
    assert page.text.count("<cat> & dog") == 1


def test_bars_are_as_long_as_their_counts():
    page = stats_page(statistics(document()), "x")
    bars = [float(width) for width in re.findall(r'<div class="bar[ a-z]*" style="width: ([0-9.]+)%">', page)]
    by_category, per_image, sources = bars[:2], bars[-5:-2], bars[-2:]
    assert by_category == [100, 0]  # 5 and 0
    assert per_image == [50, 0, 100]  # 1, 0 and 2
    assert sources == [100, pytest.approx(66.67)]  # 3 and 2


def test_sizes_begin_with_the_smallest_there_is():
    page = stats_page(statistics(document()), "x")
    assert "<td>16–31</td>" in page
    assert "<td>8–15</td>" not in page


def test_the_page_counts_what_is_done_and_reviewed():
    reviewed = document()
    for image_id, status, state in (
        (1, ImageStatus.DONE, ReviewState.ACCEPTED),
        (2, ImageStatus.DONE, ReviewState.REJECTED),
        (3, None, ReviewState.TO_REVIEW),
    ):
        image = replace(reviewed.images[image_id], status=status, review=Review(state))
        reviewed.put(image)
    page = Page()
    page.feed(stats_page(statistics(reviewed), "x"))
    for text in ("2 done", "1 accepted", "1 rejected", "1 to review"):
        assert text in page.text
    assert "Reviewed" not in stats_page(statistics(document()), "x")


def test_the_page_in_chinese_has_no_english():
    with_all = document()
    with_all.put(StoredProposal(20, 1, 1, square(9), score=0.5))
    with_all.put(Category(5, "猫"))
    with_all.put(Category(1, "狗"))
    page = Page()
    page.feed(stats_page(statistics(with_all), "街景", CHINESE).partition("</head>")[2].partition("</html>")[0])
    assert "各类别的实例数" in page.text
    assert set(re.findall("[A-Za-z]+", page.text)) == {"TinySAM", "crowd"}


@pytest.mark.parametrize("words", [ENGLISH, CHINESE])
def test_all_that_the_program_says_of_the_source_of_a_mask_has_words(words):
    assert set(words.sources) >= {SOURCE, "tinysam", "brush", "polygon", "copied", "imported", "unknown"}
