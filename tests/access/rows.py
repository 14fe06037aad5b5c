"""Requests, grants and occasions for tests of single files: a real database, and Harbor's rules in small."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from limen.access.model import AccessRequest, HeldGrant
from limen.access.notices import Notices
from limen.access.occasion import Basis, Occasion
from limen.access.requests import Wanted
from limen.clock import DAY, HOUR, Instant, from_iso
from limen.facts import App, Label, Person, Upstream
from limen.facts.access_rules import AccessRule, AccessRules, Approvers, Escalation
from limen.settings import Settings
from limen.storage import Transaction

NOW = from_iso("2026-11-24T09:00:00Z")
CRM = App("crm", "Customers", "", Upstream(""), Label.CONFIDENTIAL, owner="sales")
PAYROLL = App("payroll", "Payroll", "", Upstream(""), Label.RESTRICTED, owner="finance")
WIKI = App("wiki", "Wiki", "", Upstream(""), Label.INTERNAL, owner="staff")
SETTINGS = Settings(name="Harbor", domain="harbor.example", time_zone="Europe/Berlin")
STAND_IN = AccessRule(
    name="stand-in",
    actions=("view", "edit"),
    ask=("staff",),
    apps=("crm", "payroll"),
    steps=(Approvers(owner=True),),
    escalation=Escalation(4 * HOUR, Approvers(("management",))),
)
SETTINGS_OF_WIKI = AccessRule(name="auto", actions=("administer",), ask=("staff",), labels=(0, 1), automatic=True)
WHY = "to help out with the orders"


def person(name: str, *groups: str, email: str = "", active: bool = True) -> Person:
    return Person(name, name.title(), email or f"{name}@harbor.example", frozenset({"staff", *groups}), active)


PEOPLE = {
    one.id: one
    for one in (
        person("oscar"),
        person("farid", "sales"),
        person("maren", "finance"),
        person("rohan", "finance"),
        person("ines", "management"),
    )
}
BASIS = Basis(AccessRules((STAND_IN, SETTINGS_OF_WIKI)), {one.id: one for one in (CRM, PAYROLL, WIKI)}, PEOPLE)
WANTED = Wanted(person_id="oscar", app="crm", actions=("view",), length_ms=2 * HOUR, reason=WHY)


class KeptNotices(Notices):
    """Keeps what would be told, as `word of whom`."""

    def __init__(self) -> None:
        object.__setattr__(self, "told", [])

    told: list[str]

    def asked(self, transaction: Any, basis: Any, request: Any, approvers: Any, now: Any) -> None:
        self.told.append(f"asked {' '.join(sorted(approvers))}")

    def decided(self, transaction: Any, basis: Any, request: Any, now: Any) -> None:
        self.told.append(f"refused {request.person_id}")

    def approved(self, transaction: Any, basis: Any, request: Any, now: Any) -> None:
        self.told.append(f"approved {request.person_id}")

    def granted(self, transaction: Any, basis: Any, request: Any, grant: Any, now: Any) -> None:
        self.told.append(f"granted {grant.person_id}")

    def revoked(self, transaction: Any, basis: Any, grant: Any, now: Any) -> None:
        self.told.append(f"revoked {grant.person_id}")


def occasion(
    transaction: Transaction, by: str = "oscar", now: Instant = NOW, basis: Basis = BASIS, notices: Any = None
) -> Occasion:
    return Occasion(transaction, basis, notices or KeptNotices(), now, by)


def request(**more: Any) -> AccessRequest:
    made = AccessRequest(
        id="ar_1",
        person_id="oscar",
        app="crm",
        actions=("view",),
        length_ms=HOUR,
        reason=WHY,
        rule="stand-in",
        asked_at=NOW,
        expires_at=NOW + 2 * DAY,
        steps=(("farid", "greta"),),
        asked_as=("staff",),
    )
    return replace(made, **more)


def grant(**more: Any) -> HeldGrant:
    made = HeldGrant(
        id="gr_1",
        request_id="ar_1",
        person_id="oscar",
        app="crm",
        actions=("view",),
        since=NOW,
        until=NOW + HOUR,
        rule="stand-in",
        approvers=("farid",),
        asked_as=("staff",),
    )
    return replace(made, **more)
