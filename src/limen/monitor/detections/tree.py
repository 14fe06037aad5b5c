"""What a rule asks of an event, as a tree of plain values: what is parsed once is compiled, counted and kept from it.

Texts are lower-cased where case does not matter. `field` is a key of `EventView`: a column's name, or the source's own
name in lower case; `EVERYTHING` is all that an event says.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

EVERYTHING: Final = "*"


class How(StrEnum):
    """How a text is compared with what the event says."""

    EQUALS = "equals"
    STARTS = "starts"
    ENDS = "ends"
    CONTAINS = "contains"


class Order(StrEnum):
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    EQ = "eq"
    NEQ = "neq"


class And(msgspec.Struct, frozen=True, tag=True, gc=False):
    parts: tuple[Node, ...]


class Or(msgspec.Struct, frozen=True, tag=True, gc=False):
    parts: tuple[Node, ...]


class Not(msgspec.Struct, frozen=True, tag=True, gc=False):
    part: Node


class Text(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The field has this text, or begins or ends with it, or contains it. "" equals what is missing."""

    field: str
    how: How
    text: str
    is_cased: bool = False


class Pattern(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The field matches a regular expression of RE2. `literals`: one of them is in whatever matches."""

    field: str
    pattern: str
    is_cased: bool = True
    literals: tuple[str, ...] = ()


class Network(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The field is an address in this network."""

    field: str
    network: str


class Number(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The field is a number that stands so to this one."""

    field: str
    order: Order
    number: float


class Exists(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The field says something, or (`is_there` False) nothing: it is missing, null or empty."""

    field: str
    is_there: bool


class Same(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The field compares so with another field of the event."""

    field: str
    how: How
    other: str


Node: TypeAlias = And | Or | Not | Text | Pattern | Network | Number | Exists | Same


def flat(node: Node) -> Node:
    """The same with no And in an And, no Or in an Or, and none with a single part."""
    if isinstance(node, Not):
        return Not(flat(node.part))
    if not isinstance(node, And | Or):
        return node
    kind = type(node)
    parts: list[Node] = []
    for part in map(flat, node.parts):
        parts.extend(part.parts if isinstance(part, kind) else (part,))
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def depth(node: Node) -> int:
    """How deep it nests."""
    if isinstance(node, Not):
        return 1 + depth(node.part)
    return 1 + max(map(depth, node.parts), default=0) if isinstance(node, And | Or) else 1


def size(node: Node) -> int:
    """How many tests it holds."""
    if isinstance(node, Not):
        return size(node.part)
    return sum(map(size, node.parts)) if isinstance(node, And | Or) else 1
