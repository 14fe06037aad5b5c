"""What the doors need from elsewhere, in their own words; `app.py` hands it to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from limen.clock import Instant
from limen.events import Event
from limen.facts import Facts
from limen.policy.decision import Decision, Request


class Engine(Protocol):
    """Decides. One instance belongs to one revision."""

    @property
    def revision(self) -> str: ...

    def decide(self, request: Request, facts: Facts, now: Instant) -> Decision: ...


CurrentEngine: TypeAlias = Callable[[], Engine]
"""The engine of the current revision; asked anew for every request, so that a publication swaps one reference."""


class Journal(Protocol):
    """Keeps what happened. Nothing here waits for a disk."""

    @property
    def writable(self) -> bool:
        """False while events can't be kept: then every door is shut."""
        ...

    @property
    def lives_on_its_reserve(self) -> bool:
        """Whether the disk is all but full, and only what is needed to make room is let through."""
        ...

    def decided(self, door: str, decision: Decision, session_alias: str, address: str, micros: float) -> str:
        """Keep a decision; its id. `micros`: how long it took."""
        ...

    def record(self, event: Event) -> str:
        """Keep an event; its id."""
        ...


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """What assertions are signed with: private JWKs (RFC 7517), the first of them in use, others still published.

    `pairwise` is the secret under which session ids become aliases, a different one for each app.
    """

    private: tuple[Mapping[str, Any], ...]
    pairwise: bytes
