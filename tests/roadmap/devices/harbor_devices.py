"""Devices of Harbor as evidence has them: one laptop each, enrolled and healthy, and what a test changes of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.devices.seen import NOW, reported
from tests.roadmap.people import member

from limen.clock import HOUR
from limen.company.company import Company
from limen.company.policies_file import Policies
from limen.devices.inventory.model import Known, SeenBrowser
from limen.devices.model import EnrolledDevice, Held, KeyStorage, Platform, Reason
from limen.devices.sources.record import Form, Kept, Record
from limen.facts import App, Label, Upstream
from limen.facts.device_rules import DeviceRules, DeviceSource, SourceKind
from limen.facts.signal_sources import SignalSource
from limen.roadmap.devices.evidence import DeviceEvidence
from limen.roadmap.devices.past_access import Access, PastAccess, Refusal, Standing
from limen.roadmap.evidence import Evidence
from limen.settings import Settings

ADA, BEN = member("Ada"), member("Ben")
MEMBERS = tuple(replace(one, person=replace(one.person, active=True)) for one in (ADA, BEN))
LATER = NOW + HOUR
INTUNE = DeviceSource(SourceKind.INTUNE)
EDR = SignalSource("defender", "defender", heartbeat_ms=24 * HOUR)
PAYROLL = App("payroll", "Payroll", "payroll.harbor.example", Upstream(""), label=Label.CONFIDENTIAL)
WIKI = App("wiki", "Wiki", "wiki.harbor.example", Upstream(""), label=Label.INTERNAL)
HARBOR = Company(
    settings=Settings(name="Harbor", domain="harbor.example", url="https://limen.harbor.example"),
    apps=(PAYROLL, WIKI),
    policies=Policies({}, {}, {}),
    tests=(),
)

Changes = Mapping[str, Mapping[str, Any] | Reason]


def laptop(owner: str, changes: Changes | None = None, **more: Any) -> Held:
    """The laptop of somebody; `more` of its posture."""
    device = EnrolledDevice(f"d_{owner}", f"p_{owner}", f"{owner}-laptop", Platform.LINUX, KeyStorage.FILE, True, 1)
    return Held(device, replace(reported({"administrators": NOBODY, **(changes or {})}), **more), {})


NOBODY = {"count": 0, "names": []}


def browser(owner: str, device_id: str = "", system: str = "linux") -> SeenBrowser:
    return SeenBrowser(f"{owner} {system} {device_id}", f"p_{owner}", "Firefox", system, NOW, NOW, device_id)


def phone(owner: str, **more: Any) -> Kept:
    """A phone that Intune has."""
    told = {"platform": "ios", "form": Form.PHONE, "serial": f"s_{owner}", "is_managed": True, **more}
    return Kept("intune", Record(f"phone_{owner}", NOW, name=f"{owner}-phone", **told), f"p_{owner}", NOW)


BOTH = (laptop("ada"), laptop("ben"))
SEEN = (browser("ada", "d_ada"), browser("ben", "d_ben"))


def harbor(
    held: tuple[Held, ...] = BOTH,
    browsers: tuple[SeenBrowser, ...] = SEEN,
    records: tuple[Kept, ...] = (),
    rules: DeviceRules | None = None,
    **more: Any,
) -> Evidence:
    """Harbor's evidence; with records Intune is connected and speaks."""
    rules = rules or DeviceRules(sources={"intune": INTUNE} if records else {})
    people = {one.person.id: one.person for one in MEMBERS}
    known = Known(held, records, {}, browsers, people)
    told: dict[str, Any] = {
        "rules": rules,
        "known": known,
        "heard": {"intune": NOW, "defender": NOW},
        "used_at": {},
        **more,
    }
    return Evidence(at=LATER, company=HARBOR, members=MEMBERS, devices=DeviceEvidence(**told))


def opened(*accesses: tuple[str, str, Standing], is_whole: bool = True, refused: tuple[Refusal, ...] = ()) -> Evidence:
    """Harbor where these people opened these apps from such devices, three times each."""
    told = tuple(Access(f"p_{who}", app, "view", 0, standing, 3) for who, app, standing in accesses)
    return harbor(past=PastAccess(told, refused, is_whole))


def misses(found: Any, part: int = 0) -> list[str]:
    """The ids of the rows of a part that are not met."""
    return [one.id for one in found.parts[part].misses]
