"""Accounts at apps as rows, and people whose they are."""

from __future__ import annotations

from typing import Any

from limen.clock import Instant
from limen.facts import Person
from limen.facts.provision import Provision
from limen.sso.provisioning.model import NEVER, HeldAccount, State

NOW: Instant = 1_795_500_000_000
TODAY = "2026-11-24"
WIKI = Provision("https://wiki.example/scim", ("staff",))


def account(number: int = 1, state: State = State.ACTIVE, **more: Any) -> HeldAccount:
    given = {"id": f"pa_{number}", "app": "wiki", "person_id": f"pe_{number}", "state": state, "since": NOW}
    return HeldAccount(**{**given, "remote_id": f"r{number}", "due_at": NEVER, **more})


def person(number: int = 1, *groups: str, is_active: bool = True) -> Person:
    of = frozenset(groups or ("staff",))
    return Person(f"pe_{number}", f"Ada {number}", f"p{number}@harbor.example", of, active=is_active)
