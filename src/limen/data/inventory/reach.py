"""Who reaches a store, as the engine says, and how weakly: the nouns of it (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """A weakness in which somebody asks; a label's minimum controls say which of them must not be enough."""

    WEAKLY = "strength"
    """Signed in less strongly than the label needs."""
    UNHEALTHY = "device"
    """On a device that is unknown or not healthy."""
    LONG_AGO = "session"
    """Signed in longer ago than the label lets anybody be."""


@dataclass(frozen=True, slots=True)
class WeakReach:
    """By this app people reach a store in a way that its label does not allow. `people`: their ids, "" is anybody.

    `policies` are what permits it. `is_certain`: the engine itself permitted it in a situation written out in full;
    otherwise it could only not be ruled out. `relabelled`: labelling the app as its store is would already end it.
    """

    way: Way
    app: str
    people: frozenset[str]
    policies: tuple[str, ...]
    is_certain: bool = True
    relabelled: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Who can reach a store by its apps, in any situation; ids, "" is anybody. `beyond`: those who don't need it.

    `weakest`: the least strength of sign-in that ever opens it; None where nothing does. `unknown`: apps that are not
    there, so that nothing can be said of them. `is_exact`: no doubt counted as yes.
    """

    people: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()
    weakest: int | None = None
    weak: tuple[WeakReach, ...] = ()
    unknown: tuple[str, ...] = ()
    is_known: bool = True
    """False where it names no app, or none that exists: then nobody knows who reaches it."""
    is_exact: bool = True
