"""What somebody is responsible for in Limen: each part lists its own, and says how it goes to somebody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from limen.clock import Instant
    from limen.facts import Person
    from limen.storage import Transaction


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing. `href` is its page ("": it has none), `note` what becomes of it, or what to know before it goes."""

    id: str
    title: str
    href: str = ""
    note: str = ""


ListHoldings: TypeAlias = "Callable[[Connection, Person, Instant], list[Holding]]"
HandOver: TypeAlias = "Callable[[Transaction, Sequence[str], Person, Person, Instant, str], int]"
"""`(transaction, ids, from, to, now, by)`: these are the other's from now on; how many. What can't be stays."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """One kind. `name` is a plural in small letters. `hand_over` is None for what goes to nobody: the notes say what
    becomes of it.
    """

    name: str
    title: str
    list: ListHoldings
    hand_over: HandOver | None = None
