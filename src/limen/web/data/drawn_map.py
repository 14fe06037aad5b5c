"""Stores of data as SVG: a block for each, as large as what is in it, coloured by its label. A table says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from markupsafe import Markup

from limen.facts import Label

WIDTH: Final = 960
HEIGHT: Final = 380
_GAP: Final = 3
_LETTER: Final = 8.2
"""How wide a letter is, about."""
_LEAST: Final = 0.02
"""Of the whole: no store is drawn smaller, so that each can be seen and selected."""


@dataclass(frozen=True, slots=True)
class Block:
    """A store. `size` in bytes; `label`: the highest of what is meant to lie there and what does; `below`: in words.

    `is_exposed`: something in it is shared outside, or above its label.
    """

    name: str
    size: int
    label: Label
    below: str
    href: str
    is_exposed: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """Where a block is drawn."""

    x: float
    y: float
    wide: float
    tall: float


def drawn(blocks: Sequence[Block], said: str) -> Markup:
    """The picture, `said` to those who don't see it."""
    some = sorted(blocks, key=lambda one: (-one.size, one.name))
    boxes = layout(areas(tuple(one.size for one in some)), Box(0, 0, WIDTH, HEIGHT))
    parts = Markup("").join(_block(one, box) for one, box in zip(some, boxes, strict=True))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="data-map" width="{w}" height="{h}" viewBox="0 0 {w} {h}"'
        ' role="group" aria-label="{said}">{parts}</svg>'
    ).format(w=WIDTH, h=HEIGHT, said=said, parts=parts)


def areas(sizes: Sequence[int]) -> list[float]:
    """A share of the picture for each: by the square root, as a share of files is a thousand times a database."""
    roots = [sqrt(max(one, 0)) for one in sizes]
    least = _LEAST * (sum(roots) or 1.0)
    raised = [max(one, least) for one in roots]
    return [one / sum(raised) for one in raised]


def layout(shares: Sequence[float], room: Box) -> list[Box]:
    """Boxes of these shares of the room, which fall, as near to squares as may be.

    *Squarified Treemaps*, Bruls, Huizing and van Wijk, 2000.
    """
    boxes: list[Box] = []
    rest = [one * room.wide * room.tall for one in shares]
    while rest:
        side = min(room.wide, room.tall)
        row = 1
        while row < len(rest) and _worst(rest[: row + 1], side) <= _worst(rest[:row], side):
            row += 1
        placed, room = _row(rest[:row], room)
        boxes += placed
        rest = rest[row:]
    return boxes


def _worst(row: Sequence[float], side: float) -> float:
    """How far from a square the longest box of a row along a side is."""
    total = sum(row) or 1e-9
    return max(max(side * side * one / (total * total), total * total / (side * side * max(one, 1e-9))) for one in row)


def _row(row: Sequence[float], room: Box) -> tuple[list[Box], Box]:
    """The boxes of a row along the shorter side, and the room that is left."""
    total = sum(row)
    if room.wide >= room.tall:
        wide = total / room.tall if room.tall else 0.0
        at, placed = room.y, []
        for one in row:
            tall = one / wide if wide else 0.0
            placed.append(Box(room.x, at, wide, tall))
            at += tall
        return placed, Box(room.x + wide, room.y, room.wide - wide, room.tall)
    tall = total / room.wide if room.wide else 0.0
    along, placed = room.x, []
    for one in row:
        wide = one / tall if tall else 0.0
        placed.append(Box(along, room.y, wide, tall))
        along += wide
    return placed, Box(room.x, room.y + tall, room.wide, room.tall - tall)


def _block(one: Block, box: Box) -> Markup:
    classes = " ".join(["store", one.label.word, *(["exposed"] if one.is_exposed else [])])
    letters = int((box.wide - 2 * _GAP - 16) / _LETTER)
    lines = [(one.name, "")] if box.tall > 30 and letters > 2 else []
    lines += [(one.below, "below")] if box.tall > 52 and letters > 2 else []
    texts = Markup("").join(
        Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
            css, box.x + _GAP + 8, box.y + _GAP + 20 + 18 * place, _cut(text, letters)
        )
        for place, (text, css) in enumerate(lines)
    )
    return Markup(
        '<a class="{}" href="{}" aria-label="{}"><title>{}: {}</title>'
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="6"/>{}</a>'
    ).format(
        *(classes, one.href, f"{one.name}: {one.below}", one.name, one.below),
        *(box.x + _GAP, box.y + _GAP, max(box.wide - 2 * _GAP, 1), max(box.tall - 2 * _GAP, 1), texts),
    )


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
