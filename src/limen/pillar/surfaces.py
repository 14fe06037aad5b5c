"""Where somebody's access goes on beyond what the database says: each part says of its own what is left of it there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limen.clock import Instant


@dataclass(frozen=True, slots=True)
class Standing:
    """What a surface says of somebody. `open`: how many of theirs go on there, although they were to end. `away` names
    what could not be asked whether it has ended there, or has not answered: a host, a firewall, an app. `ended` is how
    many are known to have ended there; `note` is what nobody can prove, in a sentence, and is to be known.
    """

    open: int = 0
    away: tuple[str, ...] = ()
    ended: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccessSurface:
    """One place where access ends by more than a row in the database. `name` is a word, `title` what people read.

    `ask(person, since)` says what is left there of somebody whose access ended then. It waits for nobody: what is not
    known is `away`.
    """

    name: str
    title: str
    ask: Callable[[str, Instant], Awaitable[Standing]]


@dataclass(frozen=True, slots=True)
class AccessSurfaces:
    """All of them, of every part that runs."""

    all: tuple[AccessSurface, ...] = ()
