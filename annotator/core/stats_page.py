"""The statistics as one HTML page that needs nothing else: its plots are inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from annotator.core.stats import Bar, Statistics

_STYLE = """
:root { color-scheme: light dark; --bar: #4c72b0; --line: #8888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); }
th { text-align: left; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } svg rect { fill: var(--bar); } svg text { fill: currentColor; font-size: 13px; }
"""
_WIDTH, _ROW, _LABEL, _COUNT = 720, 24, 200, 70  # of a plot, in SVG units
_LABEL_CHARACTERS = 26


def stats_page(statistics: Statistics, title: str) -> str:
    """The page, as HTML; `title` names the dataset."""
    tiles = [
        ("images", statistics.images),
        ("images with instances", statistics.annotated_images),
        ("instances", statistics.instances),
        ("proposals", statistics.proposals),
        ("images with proposals", statistics.proposed_images),
        ("crowds", statistics.crowds),
        ("small (below 32 x 32 px)", statistics.small),
        ("medium", statistics.medium),
        ("large (from 96 x 96 px)", statistics.large),
        ("without a pixel", statistics.empty),
    ]
    parts = [f"<h1>{escape(title)}</h1>", _table(("", "count"), tiles)]
    if statistics.instances:
        parts += _of_instances(statistics)
    elif statistics.proposals:
        parts.append("<p>There are no instances yet. Proposals become instances once they are accepted.</p>")
    if statistics.proposals:
        parts += [
            "<h2>Proposals of each category</h2>",
            _plot([Bar(category.name, category.proposals) for category in statistics.categories if category.proposals]),
            "<h2>Size of the proposals</h2><p>Square root of the area, in pixels.</p>",
            _plot(statistics.proposal_sizes),
        ]
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body>\n'
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _of_instances(statistics: Statistics) -> list[str]:
    by_category = [Bar(category.name, category.instances) for category in statistics.categories]
    rows = [
        (
            category.name,
            category.instances,
            category.images,
            category.smallest_area,
            f"{category.median_area:g}",
            category.largest_area,
        )
        for category in statistics.categories
    ]
    return [
        "<h2>Instances of each category</h2>",
        _plot(by_category),
        _table(("category", "instances", "images", "smallest px", "median px", "largest px"), rows),
        "<h2>Size of the instances</h2><p>Square root of the area, in pixels.</p>",
        _plot(statistics.sizes),
        "<h2>Instances on an image</h2>",
        _plot(statistics.per_image),
        "<h2>Where the masks came from</h2>",
        _plot(statistics.sources),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    def line(tag: str, cells: Sequence[object]) -> str:
        first, *numbers = cells
        right = "".join(f'<{tag} class="n">{escape(str(cell))}</{tag}>' for cell in numbers)
        return f"<tr><{tag}>{escape(str(first))}</{tag}>{right}</tr>"

    return "<table>" + line("th", head) + "".join(line("td", row) for row in rows) + "</table>"


def _plot(bars: Sequence[Bar]) -> str:
    """Horizontal bars with their labels to the left and their counts at their ends."""
    if not bars:
        return "<p>None.</p>"
    most = max(bar.count for bar in bars) or 1
    lines = []
    for row, bar in enumerate(bars):
        length = (_WIDTH - _LABEL - _COUNT) * bar.count / most
        y = row * _ROW
        label = bar.label if len(bar.label) <= _LABEL_CHARACTERS else bar.label[: _LABEL_CHARACTERS - 1] + "…"
        lines.append(
            f'<text x="{_LABEL - 8}" y="{y + 16}" text-anchor="end">{escape(label)}'
            f"<title>{escape(bar.label)}</title></text>"
            f'<rect x="{_LABEL}" y="{y + 3}" width="{length:.1f}" height="{_ROW - 6}" rx="2"/>'
            f'<text x="{_LABEL + length + 6:.1f}" y="{y + 16}">{bar.count}</text>'
        )
    return f'<svg viewBox="0 0 {_WIDTH} {len(bars) * _ROW}" role="img">{"".join(lines)}</svg>'
