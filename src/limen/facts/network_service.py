"""Hosts or zones of network.yaml that people reach by a decision: a door in the firewall, opened for one address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NETWORK_ACTIONS: Final = ("connect",)
"""What can be asked of a door: to come through."""
MINUTES: Final = 60


@dataclass(frozen=True, slots=True)
class NetworkService:
    """`to` are names of hosts and zones of network.yaml, `services` those of services, as there.

    A door stays open for `minutes` at the longest, and never longer than the decision it came of. Whoever still needs
    it opens it again.
    """

    to: tuple[str, ...]
    services: tuple[str, ...]
    minutes: int = MINUTES
