"""A small company for the tests of policy: policies as text in, facts with everything in order where not said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from limen.cedar import PolicySet
from limen.clock import HOUR, Instant, from_iso
from limen.facts import App, Auth, Device, Factor, Facts, Label, Person, Upstream
from limen.policy import Engine, Request

NOW: Instant = from_iso("2026-11-24T09:00:00Z")  # a Tuesday, ten o'clock in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
VIEW = Request("view", "GET", "GET /**", "wiki.harbor.example")


def tree_of(text: str) -> dict[str, Any]:
    """Cedar text as the tree an engine takes: policies named by their `@id`."""
    bodies = PolicySet.parse(text).to_json()["staticPolicies"].values()
    return {
        "templates": {},
        "templateLinks": [],
        "staticPolicies": {body["annotations"]["id"]: body for body in bodies},
    }


def engine_of(text: str, zone: ZoneInfo = BERLIN) -> Engine:
    return Engine(tree_of(text), "r1", zone)


def app(label: Label = Label.INTERNAL, app_id: str = "wiki") -> App:
    return App(app_id, app_id.title(), f"{app_id}.harbor.example", Upstream("http://127.0.0.1:9101"), label)


def facts(
    label: Label = Label.INTERNAL,
    *,
    groups: tuple[str, ...] = ("staff",),
    strength: int = 3,
    at: Instant = NOW - HOUR,
    **known: Any,
) -> Facts:
    person = Person("p1", "Ana", "ana@harbor.example", frozenset(groups), active=True)
    factors = frozenset([Factor.PASSKEY] if strength == 3 else [Factor.PASSWORD, Factor.CODE][:strength])
    return replace(
        Facts(app(label), person, Auth(strength, factors, at), device=Device("d1", known=True, compliance="compliant")),
        **known,
    )
