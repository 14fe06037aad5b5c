"""The network as SVG: zones in columns, strangers on the left and what is worth most on the right, and a line with an
arrow wherever something is let through. What it shows stands in a table beside it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from limen.network.graph import COLUMNS, Edge, Graph, Node

COLUMN_WIDTH: Final = 230
BOX: Final = (150, 54)
_ROW: Final = 92
_MARGIN: Final = 20
_LETTERS: Final = 20
"""Of a name, or of what is below it, before it is cut."""
STYLE: Final = """
svg { font: 13px system-ui, sans-serif; background: white; }
.node rect { fill: #f4f6f8; stroke: #54626f; }
.node.apart rect { stroke-dasharray: 4 3; }
.node.sensitive rect { stroke-width: 2.5; }
.node .below { fill: #54626f; font-size: 11px; }
.reach { fill: none; stroke: #1f6f8b; stroke-width: 1.4; opacity: .75; marker-end: url(#arrow); }
.outward { stroke: #98a4ae; }
"""
"""For a picture that stands alone; pages have it in their stylesheet."""


def picture(graph: Graph, said: str) -> str:
    """An SVG file of its own."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn(graph, said, Markup("<style>{}</style>").format(STYLE))}\n'


def drawn(graph: Graph, said: str, style: str = "") -> Markup:
    """The graph, `said` to those who don't see it."""
    rows = max(len(graph.of(column)) for column in range(len(COLUMNS)))
    width, height = len(COLUMNS) * COLUMN_WIDTH, 2 * _MARGIN + max(rows, 1) * _ROW
    at = {
        node.name: (_MARGIN + column * COLUMN_WIDTH, (place + 0.5) * height / len(graph.of(column)))
        for column in range(len(COLUMNS))
        for place, node in enumerate(graph.of(column))
    }
    inward = {node.name: node.column for node in graph.nodes}
    parts = [_line(edge, at, inward) for edge in graph.edges] + [_node(node, at[node.name]) for node in graph.nodes]
    whole = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="network-graph" width="{w}" height="{h}" viewBox="0 0 {w} {h}"'
        ' role="img" aria-label="{said}">{style}{arrow}{parts}</svg>'
    )
    return whole.format(w=width, h=height, said=said, style=style, arrow=_ARROW, parts=Markup("").join(parts))


_ARROW: Final = Markup(
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z"/></marker></defs>'
)


def _node(node: Node, at: tuple[float, float]) -> Markup:
    (x, y), (wide, tall) = at, BOX
    classes = ["node", *(["apart"] if not node.is_open else []), *(["sensitive"] if node.sensitivity >= 2 else [])]
    hosts = f": {', '.join(node.hosts)}" if node.hosts else ""
    of_kind = "" if node.kind == node.name else node.kind
    below = f"{of_kind}, {len(node.hosts)} hosts" if len(node.hosts) > 1 else f"{of_kind}{hosts}"
    return Markup(
        '<g class="{}"><title>{} ({}){}</title><rect x="{:.0f}" y="{:.1f}" width="{}" height="{}" rx="8"/>'
        '<text x="{:.0f}" y="{:.1f}">{}</text><text class="below" x="{:.0f}" y="{:.1f}">{}</text></g>'
    ).format(
        *(" ".join(classes), node.name, node.kind, hosts, x, y - tall / 2, wide, tall),
        *(x + 10, y - 4, _cut(node.name), x + 10, y + 15, _cut(below)),
    )


def _line(edge: Edge, at: Mapping[str, tuple[float, float]], columns: Mapping[str, int]) -> Markup:
    """From the side of one box to the facing side of the other; within a column it bends out to the right."""
    (left, start), (right, end) = at[edge.start], at[edge.end]
    is_inward = columns[edge.start] < columns[edge.end]
    is_beside = columns[edge.start] == columns[edge.end]
    begin = left + BOX[0] if is_inward or is_beside else left
    finish = right if is_inward else right + BOX[0]
    bend = 60 if is_inward or is_beside else -60
    start, end = (start - 8, end - 8) if is_inward else (start + 8, end + 8)
    towards = finish - bend if not is_beside else finish + bend
    return Markup(
        '<path class="{}" d="M{:.0f} {:.1f}C{:.0f} {:.1f} {:.0f} {:.1f} {:.0f} {:.1f}">'
        "<title>{} → {}: {}</title></path>"
    ).format(
        "reach" if is_inward or is_beside else "reach outward",
        *(begin, start, begin + bend, start, towards, end, finish, end),
        *(edge.start, edge.end, ", ".join(edge.flows)),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
