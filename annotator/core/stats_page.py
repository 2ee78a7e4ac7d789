"""The statistics as one HTML page that needs nothing else, light or dark as the reader's system, and fit to print."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from annotator.core.stats import Bar, Statistics
from annotator.core.stats_words import ENGLISH, PageWords

_STYLE = """
:root { color-scheme: light dark; --ground: #f5f6f8; --card: #fff; --text: #1c1e21; --faint: #5c636b;
  --line: #dfe3e8; --bar: #2f6fd0; --small: #9cc3f5; --medium: #4f8fe0; --large: #1b4f9c; }
@media (prefers-color-scheme: dark) { :root { --ground: #1c1e21; --card: #26282c; --text: #e8eaed; --faint: #a3a9b0;
  --line: #3a3e44; --bar: #6aa5f5; --small: #a9cdfa; --medium: #5f9cf0; --large: #2e6bc4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
header p, .note { color: var(--faint); margin: .25rem 0 0; }
.note { margin: -.5rem 0 .75rem; }
section, .tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
section { padding: 1.25rem; margin-top: 1rem; break-inside: avoid; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1rem; margin-top: 1.5rem; }
.tile { padding: 1rem 1.25rem; break-inside: avoid; }
.tile b { display: block; font-size: 1.75rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile small { display: block; color: var(--faint); font-size: .85rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .35rem .75rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
tr:first-child > * { border-top: 0; }
th { color: var(--faint); font-weight: 600; font-size: .85rem; white-space: nowrap; }
td:first-child, th:first-child { padding-left: 0; } td:last-child, th:last-child { padding-right: 0; }
td:first-child { overflow-wrap: anywhere; min-width: 10rem; width: 25%; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.plot { width: 40%; }
.bar { height: .75rem; margin-top: .375rem; background: var(--bar); border-radius: 2px; min-width: 1px; }
.bar.none { min-width: 0; }
.stack { display: flex; height: 1rem; border-radius: 4px; overflow: hidden; margin-bottom: .5rem; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.key i { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px; margin-right: .4rem; }
.small { background: var(--small); } .medium { background: var(--medium); } .large { background: var(--large); }
@media print { :root { color-scheme: light; --ground: #fff; --card: #fff; --text: #000; --faint: #444; --line: #ccc;
  --bar: #2f6fd0; } main { max-width: none; padding: 0; } .bar, .stack i, .key i { print-color-adjust: exact; } }
"""


def stats_page(statistics: Statistics, title: str, words: PageWords = ENGLISH) -> str:
    """The page, as HTML in the language of `words`; `title` names the dataset."""
    parts = [
        f"<header><h1>{escape(title)}</h1><p>{escape(words.subtitle)}</p></header>",
        f'<div class="tiles">{"".join(_tiles(statistics, words))}</div>',
    ]
    if statistics.instances:
        parts += _of_instances(statistics, words)
    else:
        text = words.no_instances if statistics.proposals else words.nothing
        parts.append(f"<section>{escape(text)}</section>")
    if statistics.proposals:
        proposed = [Bar(category.name, category.proposals) for category in statistics.categories if category.proposals]
        heads = (words.category, words.proposals, words.share)
        parts.append(_section(words.proposals_by_category, _plot(_by_count(proposed), heads)))
        parts.append(_sizes(words.proposal_sizes, "", statistics.proposal_sizes, words.proposals, words))
    return (
        f'<!doctype html>\n<html lang="{words.code}">\n<head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body><main>\n'
        + "\n".join(parts)
        + "\n</main></body>\n</html>\n"
    )


def _tiles(statistics: Statistics, words: PageWords) -> list[str]:
    used = sum(category.instances > 0 for category in statistics.categories)
    reviewed = statistics.accepted_images + statistics.rejected_images
    tiles = [
        _tile(
            words.images,
            statistics.images,
            (words.with_instances, statistics.annotated_images),
            *_unless_none((words.done, statistics.done_images)),
        ),
        _tile(
            words.instances,
            statistics.instances,
            *_unless_none((words.crowds, statistics.crowds), (words.empty, statistics.empty)),
        ),
        _tile(words.categories, len(statistics.categories), (words.used_categories, used)),
    ]
    if statistics.proposals:
        tiles.append(_tile(words.proposals, statistics.proposals, (words.on_images, statistics.proposed_images)))
    if reviewed + statistics.images_to_review:
        notes = _unless_none(
            (words.accepted, statistics.accepted_images),
            (words.rejected, statistics.rejected_images),
            (words.to_review, statistics.images_to_review),
        )
        tiles.append(_tile(words.review, reviewed, *notes))
    return tiles


def _unless_none(*notes: tuple[str, int]) -> list[tuple[str, int]]:
    return [note for note in notes if note[1]]


def _tile(name: str, count: int, *notes: tuple[str, int]) -> str:
    lines = "".join(f"<small>{escape(text.format(n=_number(n)))}</small>" for text, n in notes)
    return f'<div class="tile">{escape(name)}<b>{_number(count)}</b>{lines}</div>'


def _of_instances(statistics: Statistics, words: PageWords) -> list[str]:
    rows = sorted(statistics.categories, key=lambda category: -category.instances)
    most = max(category.instances for category in rows)
    heads = (words.category, "", words.instances, words.share, words.images, words.median, words.range)
    table = [_head(heads, plot=1)]
    for category in rows:
        cells = [
            _number(category.instances),
            _share(category.instances, statistics.instances),
            _number(category.images),
        ]
        if category.instances:
            span = " – ".join(map(_number, sorted({category.smallest_area, category.largest_area})))
            cells += [words.pixels.format(n=text) for text in (_number(category.median_area), span)]
        else:
            cells += ["–", "–"]
        table.append(_row(category.name, _bar(category.instances, most), cells))
    classes = _size_classes((statistics.small, statistics.medium, statistics.large), words)
    per_image = [
        Bar(words.none_on_image if bar.label == "0" else _dashed(bar.label), bar.count) for bar in statistics.per_image
    ]
    sources = [Bar(words.sources.get(bar.label, bar.label), bar.count) for bar in statistics.sources]
    return [
        _section(words.by_category, f"<table>{''.join(table)}</table>"),
        _sizes(words.sizes, classes, statistics.sizes, words.instances, words),
        _section(words.per_image, _plot(per_image, (words.instances, words.images_count, words.share))),
        _section(words.origin, _plot(sources, (words.origin, words.instances, words.share))),
    ]


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _sizes(title: str, before: str, sizes: Sequence[Bar], counted: str, words: PageWords) -> str:
    first = next((number for number, bar in enumerate(sizes) if bar.count), 0)
    bars = [Bar(_dashed(bar.label), bar.count) for bar in sizes[first:]]
    plot = _plot(bars, (words.size_range, counted, words.share))
    return _section(title, f'{before}<p class="note">{escape(words.size_note)}</p>{plot}')


def _size_classes(counts: Sequence[int], words: PageWords) -> str:
    """One bar of three parts, and what they are; nothing when no instance has a pixel."""
    total = sum(counts)
    if not total:
        return ""
    names = ("small", "medium", "large")
    bars = "".join(
        f'<i class="{name}" style="width: {100 * count / total:.2f}%"></i>'
        for name, count in zip(names, counts, strict=True)
    )
    keys = "".join(
        f'<li><i class="{name}"></i>'
        f"{escape(words.size_class_count.format(name=text, n=_number(count), share=_share(count, total)))}</li>"
        for name, text, count in zip(names, words.size_classes, counts, strict=True)
    )
    return f'<div class="stack">{bars}</div><ul class="key">{keys}</ul>'


def _by_count(bars: Sequence[Bar]) -> list[Bar]:
    return sorted(bars, key=lambda bar: -bar.count)


def _plot(bars: Sequence[Bar], heads: tuple[str, str, str]) -> str:
    """A table of labels, bars, counts and shares, below the heads of the labels, counts and shares."""
    most, total = max((bar.count for bar in bars), default=0), sum(bar.count for bar in bars)
    rows = [_row(bar.label, _bar(bar.count, most), [_number(bar.count), _share(bar.count, total)]) for bar in bars]
    return f"<table>{_head((heads[0], '', *heads[1:]), plot=1)}{''.join(rows)}</table>"


def _head(texts: Sequence[str], *, plot: int) -> str:
    kinds = ["" if number == 0 else "plot" if number == plot else "n" for number in range(len(texts))]
    return (
        "<tr>"
        + "".join(f'<th class="{kind}">{escape(text)}</th>' for kind, text in zip(kinds, texts, strict=True))
        + "</tr>"
    )


def _row(label: str, bar: str, numbers: Sequence[str]) -> str:
    cells = "".join(f'<td class="n">{escape(number)}</td>' for number in numbers)
    return f'<tr><td>{escape(label)}</td><td class="plot">{bar}</td>{cells}</tr>'


def _bar(count: int, most: int) -> str:
    """What the number beside it says, to see; as long as its share of the most."""
    width = 100 * count / most if most else 0
    return f'<div class="bar{"" if count else " none"}" style="width: {width:.2f}%"></div>'


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %" if total else "–"


def _dashed(label: str) -> str:
    return label.replace("-", "–")
