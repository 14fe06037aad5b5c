"""A workload: a service with a token of its own. Nobody shares an account, and no service borrows a person's."""

from __future__ import annotations

from dataclasses import dataclass

from limen.clock import Instant


@dataclass(frozen=True, slots=True)
class Workload:
    """`name` is how administrators call it, `apps` the ids of the apps about which it may ask."""

    id: str
    name: str
    groups: frozenset[str]
    apps: frozenset[str]
    active: bool


@dataclass(frozen=True, slots=True)
class WorkloadToken:
    """One token of a workload; the secret exists only as a hash, elsewhere. It is good until `expires_at`."""

    id: str
    workload_id: str
    issued_at: Instant
    expires_at: Instant
