"""The network as SVG: zones in columns, strangers on the left and what is worth most on the right, and a line with an
arrow wherever something is let through. What it shows stands in a table beside it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from limen.network.graph import COLUMNS, Edge, Graph, Node

COLUMN_WIDTH: Final = 230
BOX: Final = (150, 54)
_ROW: Final = 92
_MARGIN: Final = 20
_WALL: Final = 7
"""From a wall to the box behind it."""
_BEFORE_WALL: Final = 10
_LETTERS: Final = 20
"""Of a name, or of what is below it, before it is cut."""
_MOST_FLOWS: Final = 12
"""That a line names."""
STYLE: Final = """
svg { font: 13px system-ui, sans-serif; background: white; }
.node rect { fill: #f4f6f8; stroke: #54626f; }
.node.apart rect { stroke-dasharray: 4 3; }
.node.sensitive rect { stroke-width: 2.5; }
.node .below { fill: #54626f; font-size: 11px; }
.reach { fill: none; stroke: #1f6f8b; stroke-width: 1.4; opacity: .75; }
.outward { stroke: #98a4ae; }
"""
"""For a picture that stands alone; pages have it in their stylesheet."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a page shows it. `nodes` and `edges`: where they lead. `walls`: by zone what must never reach it, in words.

    `broken`: pairs by which something is possible that must never be. `counts`: what was seen, in words.

    `steps`: by zone in how many somebody is there (0: where they begin); then only what is in it stands out, and of the
    lines those that `used` names.
    """

    nodes: Mapping[str, str] = field(default_factory=dict)
    edges: Mapping[tuple[str, str], str] = field(default_factory=dict)
    walls: Mapping[str, str] = field(default_factory=dict)
    broken: frozenset[tuple[str, str]] = frozenset()
    counts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    steps: Mapping[str, int] | None = None
    used: frozenset[tuple[str, str]] = frozenset()


_PLAIN: Final = Shown()


def picture(graph: Graph, said: str) -> str:
    """An SVG file of its own."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn(graph, said, Markup("<style>{}</style>").format(STYLE))}\n'


def drawn(graph: Graph, said: str, style: str = "", shown: Shown = _PLAIN) -> Markup:
    """The graph, `said` to those who don't see it."""
    rows = max(len(graph.of(column)) for column in range(len(COLUMNS)))
    width, height = len(COLUMNS) * COLUMN_WIDTH, 2 * _MARGIN + max(rows, 1) * _ROW
    at = {
        node.name: (_MARGIN + column * COLUMN_WIDTH, (place + 0.5) * height / len(graph.of(column)))
        for column in range(len(COLUMNS))
        for place, node in enumerate(graph.of(column))
    }
    inward = {node.name: node.column for node in graph.nodes}
    parts = [_line(edge, at, inward, shown) for edge in graph.edges]
    parts += [_node(node, at[node.name], shown) for node in graph.nodes]
    whole = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="network-graph" width="{w}" height="{h}" viewBox="0 0 {w} {h}"'
        ' role="{role}" aria-label="{said}">{style}{arrows}{parts}</svg>'
    )
    role = "group" if shown.nodes else "img"  # what is an image has no links in it
    arrows, joined = Markup("<defs>{}{}</defs>").format(_arrow("arrow"), _arrow("arrow-broken")), Markup("").join(parts)
    return whole.format(w=width, h=height, said=said, role=role, style=style, arrows=arrows, parts=joined)


def _arrow(name: str) -> Markup:
    return Markup(
        '<marker id="{}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="{}" d="M0 0L8 4L0 8z"/></marker>'
    ).format(name, name)


def _node(node: Node, at: tuple[float, float], shown: Shown) -> Markup:
    (x, y), (wide, tall) = at, BOX
    classes = ["node", *(["apart"] if not node.is_open else []), *(["sensitive"] if node.sensitivity >= 2 else [])]
    if shown.steps is not None:
        step = shown.steps.get(node.name)
        classes.append("beyond" if step is None else "start" if not step else "reached")
    hosts = f": {', '.join(node.hosts)}" if node.hosts else ""
    of_kind = "" if node.kind == node.name else node.kind
    below = f"{of_kind}, {len(node.hosts)} hosts" if len(node.hosts) > 1 else f"{of_kind}{hosts}".removeprefix(": ")
    inside = Markup(
        '<title>{} ({}){}</title><rect x="{:.0f}" y="{:.1f}" width="{}" height="{}" rx="8"/>'
        '<text x="{:.0f}" y="{:.1f}">{}</text><text class="below" x="{:.0f}" y="{:.1f}">{}</text>'
    ).format(
        *(node.name, node.kind, hosts, x, y - tall / 2, wide, tall),
        *(x + 10, y - 4, _cut(node.name), x + 10, y + 15, _cut(below)),
    )
    wall = _wall(node.name, x, y, shown) if node.name in shown.walls else Markup("")
    if node.name not in shown.nodes:
        return Markup('<g class="{}">{}</g>{}').format(" ".join(classes), inside, wall)
    href = shown.nodes[node.name]
    return Markup('<a class="{}" href="{}">{}</a>{}').format(" ".join(classes), href, inside, wall)


def _wall(name: str, x: float, y: float, shown: Shown) -> Markup:
    """Before the side of a box that strangers come from."""
    is_broken = any(end == name for _, end in shown.broken)
    return Markup('<path class="{}" d="M{:.0f} {:.1f}v{}"><title>{}</title></path>').format(
        "wall broken" if is_broken else "wall", x - _WALL, y - BOX[1] / 2, BOX[1], shown.walls[name]
    )


def _before(name: str, shown: Shown) -> int:
    """How far from its left side lines end, so that a wall there hides no arrow."""
    return _BEFORE_WALL if name in shown.walls else 0


def _line(edge: Edge, at: Mapping[str, tuple[float, float]], columns: Mapping[str, int], shown: Shown) -> Markup:
    """From the side of one box to the facing side of the other, or to the wall before it; within a column it bends out
    to the right.
    """
    (left, start), (right, end) = at[edge.start], at[edge.end]
    is_inward = columns[edge.start] < columns[edge.end]
    is_beside = columns[edge.start] == columns[edge.end]
    begin = left + BOX[0] if is_inward or is_beside else left - _before(edge.start, shown)
    finish = right - _before(edge.end, shown) if is_inward else right + BOX[0]
    bend = 60 if is_inward or is_beside else -60
    start, end = (start - 8, end - 8) if is_inward else (start + 8, end + 8)
    towards = finish - bend if not is_beside else finish + bend
    pair = edge.start, edge.end
    classes = ["reach", *([] if is_inward or is_beside else ["outward"])]
    if shown.steps is not None:
        classes.append("used" if pair in shown.used else "beyond")
    is_broken = pair in shown.broken
    line = Markup(
        '<path class="{}" marker-end="url(#{})" d="M{:.0f} {:.1f}C{:.0f} {:.1f} {:.0f} {:.1f} {:.0f} {:.1f}">'
        "<title>{} → {}: {}</title></path>"
    ).format(
        " ".join([*classes, *(["broken"] if is_broken else [])]),
        "arrow-broken" if is_broken else "arrow",
        *(begin, start, begin + bend, start, towards, end, finish, end),
        *(*pair, "; ".join([_flows(edge), *([shown.counts[pair]] if pair in shown.counts else [])])),
    )
    if pair not in shown.edges:
        return line
    said = f"{edge.start} → {edge.end}"
    return Markup('<a href="{}" tabindex="-1" aria-label="{}">{}</a>').format(shown.edges[pair], said, line)


def _flows(edge: Edge) -> str:
    more = len(edge.flows) - _MOST_FLOWS
    return ", ".join([*edge.flows[:_MOST_FLOWS], *([f"and {more} more"] if more > 0 else [])])


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
