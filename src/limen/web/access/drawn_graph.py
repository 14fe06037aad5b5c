"""A graph of access as SVG: four columns from the person to the apps, each node a link, each line with what it gives.

It has a fixed width, and scrolls where the screen is narrower. What it shows stands in a table beside it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from limen.access.graph import Column, Edge, Graph, Node

WIDTH: Final = 890
"""As wide as the card is on a screen of 1280, so that the apps are in sight."""
_PLACES: Final[Mapping[Column, tuple[int, int]]] = {
    Column.PERSON: (0, 140),
    Column.GROUP: (190, 140),
    Column.RULE: (380, 270),
    Column.APP: (740, 150),
}
"""Where a column begins, and how wide its nodes are."""
_ROW: Final = 44
_TALL: Final = 30
_TOP: Final = 34
_LETTERS: Final = 7
"""How wide a letter is at most, so that a name that is too long is cut."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a node is called, and where it leads ("": nowhere)."""

    name: str
    href: str = ""


def drawn(graph: Graph, names: Mapping[Node, Called], heads: Mapping[Column, str], said: str) -> Markup:
    """The graph, `said` to those who don't see it. Nodes without a name are called by their ids."""
    rows = max((len(graph.of(column)) for column in Column), default=1)
    height = _TOP + max(rows, 1) * _ROW
    at = {
        node: (_PLACES[column][0], _TOP + (place + 0.5) * (height - _TOP) / len(graph.of(column)))
        for column in Column
        for place, node in enumerate(graph.of(column))
    }
    parts = [_head(column, heads[column]) for column in Column if column in heads]
    parts += [_line(edge, at, names) for edge in graph.edges]
    parts += [_node(node, at[node], names.get(node, Called(node.id))) for node in graph.nodes]
    whole = Markup('<svg class="access-graph" width="{}" height="{}" role="group" aria-label="{}">{}</svg>')
    return whole.format(WIDTH, height, said, Markup("").join(parts))


def _head(column: Column, word: str) -> Markup:
    return Markup('<text class="head" x="{}" y="16">{}</text>').format(_PLACES[column][0], word)


def _line(edge: Edge, at: Mapping[Node, tuple[float, float]], names: Mapping[Node, Called]) -> Markup:
    """A curve from the right of one node to the left of the other; hovering it says what it gives."""
    (left, start), (right, end) = at[edge.start], at[edge.end]
    left += _PLACES[edge.start.column][1]
    middle = (left + right) / 2
    begins, ends = (names.get(node, Called(node.id)).name for node in (edge.start, edge.end))
    gives = f": {', '.join(edge.actions)}" if edge.actions else ""
    return Markup(
        '<path class="{}" d="M{:.0f} {:.1f}C{:.0f} {:.1f} {:.0f} {:.1f} {:.0f} {:.1f}"><title>{} → {}{}</title></path>'
    ).format(
        "gives" if edge.actions else "in", left, start, middle, start, middle, end, right, end, begins, ends, gives
    )


def _node(node: Node, at: tuple[float, float], called: Called) -> Markup:
    x, y = at
    wide = _PLACES[node.column][1]
    most = (wide - 20) // _LETTERS
    name = called.name if len(called.name) <= most else f"{called.name[: most - 1]}…"
    inside = Markup(
        '<title>{}</title><rect x="{:.0f}" y="{:.1f}" width="{}" height="{}" rx="8"/>'
        '<text x="{:.0f}" y="{:.1f}">{}</text>'
    ).format(called.name, x, y - _TALL / 2, wide, _TALL, x + 10, y + 4.5, name)
    if not called.href:
        return Markup('<g class="node {}">{}</g>').format(node.column.value, inside)
    return Markup('<a class="node {}" href="{}">{}</a>').format(node.column.value, called.href, inside)
