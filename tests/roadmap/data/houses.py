"""Harbor as the evidence of data and access has it: two people, a wiki and a payroll, and what a test changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.access.rows import grant as made_grant
from tests.roadmap.harbor import app, company_of
from tests.roadmap.people import member

from limen.access.model import HeldGrant
from limen.access.reviews.model import Held, ReviewRow, Verdict, Way
from limen.access.standing.listing import Row as StandingRow, Standing
from limen.clock import DAY, HOUR, MINUTE
from limen.company.store_overview import StoreOverview
from limen.connectors.asked_store import AskedState
from limen.data.inventory.controls import Minimum
from limen.data.inventory.kept_stores import StoreState
from limen.data.inventory.model import Evidence as StoreProof, Store, StoreKind
from limen.data.inventory.reach import Reach
from limen.data.inventory.summaries import Summary
from limen.facts import Label, Person
from limen.identity.model import Member
from limen.monitor.alerts.model import Alert, Verdict as AlertVerdict
from limen.monitor.detections.hit import Level
from limen.monitor.monitor_rules import LogSource, MonitorRules, Way as LogWay
from limen.monitor.sources.listing import Listed, State
from limen.monitor.sources.store import Sender, Totals
from limen.roadmap.data.elevated import ElevatedUse
from limen.roadmap.data.evidence import (
    AccessEvidence,
    DataEvidence,
    HeldWay,
    Opened,
    RecordEvidence,
    Stop,
    StoreEvidence,
    WatchEvidence,
)
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Measured
from limen.storage.journal.usage import Use

NOW = 1_800_000_000_000
WIKI, PAYROLL = app("wiki"), app("payroll", Label.RESTRICTED)


def active(name: str, *groups: str) -> Member:
    one = member(name, groups=groups or ("staff",))
    return replace(one, person=replace(one.person, active=True))


ADA, BEN = active("Ada"), active("Ben")
SPARE = active("Eva", "break-glass")
ROBOT = Person("w_robot", "Robot", active=True, is_workload=True)
GRANT = replace(
    made_grant(), id="gr_1", request_id="ar_1", person_id="p_ada", app="payroll", since=NOW - HOUR, until=NOW
)


def standing(*rows: StandingRow) -> Standing:
    return Standing(rows, (), (), (), is_exact=True, covered=1.0)


def all_day(*people: str, app_id: str = "payroll") -> StandingRow:
    return StandingRow(app_id, people, ("view",), ("finance",), is_certain=True)


def way(person: str, app_id: str = "wiki", given_at: int = 0, **more: Any) -> HeldWay:
    held = Held(**{"way": Way.GROUP, "by": "staff", "actions": ("view",), **more})
    return HeldWay(person, app_id, held, given_at)


def decided(person: str, app_id: str = "wiki", days: int = 10, **more: Any) -> ReviewRow:
    """Mia kept what somebody has."""
    values: dict[str, Any] = {
        "id": f"rr_{person}_{app_id}",
        "review_id": "rv_1",
        "way": Way.GROUP,
        "by": "staff",
        "actions": ("view",),
        "verdict": Verdict.KEEP,
        "decided_by": "p_mia",
    }
    return ReviewRow(**{**values, "person_id": person, "app": app_id, "decided_at": NOW - days * DAY, **more})


def elevated(actor: str = "p_ada", *grants: str, count: int = 3) -> ElevatedUse:
    return ElevatedUse(actor, "payroll", "view", grants, count)


def used(actor: str, app_id: str, action: str = "view", effect: str = "permit") -> Use:
    return Use(actor, app_id, action, effect, ("staff-view",), "r1", 5, NOW - DAY)


def access(**more: Any) -> AccessEvidence:
    """Both read the wiki: reviewed, used, and nothing is standing."""
    grants: tuple[HeldGrant, ...] = (GRANT,)
    values: dict[str, Any] = {
        "workloads": (ROBOT,),
        "standing": standing(),
        "elevated": (elevated("p_ada", "gr_1"),),
        "grants": {one.id: one for one in grants},
        "reasons": {"ar_1": "to pay the crew"},
        "ways": (way("p_ada"), way("p_ben")),
        "opened": (Opened("p_ada", "wiki", ("view",)), Opened("p_ben", "wiki", ("view",))),
        "decided": (decided("p_ada"), decided("p_ben")),
        "not_done": {},
    }
    return AccessEvidence(**{**values, **more})


def evidence(data: DataEvidence | None = None, **more: Any) -> Evidence:
    """Harbor's; with `data` as it is, or all of `access`."""
    values: dict[str, Any] = {
        "company": company_of(WIKI, PAYROLL),
        "members": (ADA, BEN, SPARE),
        "uses": (used("p_ada", "wiki"), used("p_ben", "wiki")),
        "recorded_since": NOW - 90 * DAY,
    }
    return Evidence(at=NOW, data=data or DataEvidence(access=access()), **{**values, **more})


def of_access(**more: Any) -> Evidence:
    return evidence(DataEvidence(access=access(**more)))


def misses(found: Measured, part: int = 0) -> list[str]:
    """The ids of the rows of a part that are not met."""
    return [one.id for one in found.parts[part].misses]


# Where data lies

SHARES = Store("shares", StoreKind.FOLDER, "/srv/shares", Label.RESTRICTED, owner="staff", reached_by=("payroll",))
NEEDED = {Label.CONFIDENTIAL: Minimum(strength=2, healthy=True), Label.RESTRICTED: Minimum(strength=3, healthy=True)}
WELL_REACHED = Reach(frozenset({"p_ada"}), frozenset(), 3)


def summary(items: int = 100, unread: int = 0, above: int = 0) -> Summary:
    labels = {Label.RESTRICTED: items}
    return Summary("shares", "", items, items, labels, outside=0, anyone=0, above=above, stale=0, unread=unread)


def gone_through(is_encrypted: bool | None = True) -> StoreState:
    """An hour ago."""
    return replace(
        StoreState(AskedState("shares")), whole_at=NOW - HOUR, evidence=StoreProof(is_encrypted=is_encrypted)
    )


def overview(**more: Any) -> StoreOverview:
    values: dict[str, Any] = {"store": SHARES, "state": gone_through(), "summary": summary(), "reach": WELL_REACHED}
    return StoreOverview(**{**values, **more})


def of_stores(company: Any = None, **more: Any) -> Evidence:
    """One restricted share and the payroll: both as they should be."""
    values: dict[str, Any] = {
        "minimums": NEEDED,
        "stores": (overview(),),
        "app_lacks": {"payroll": ()},
        "stops": (Stop("e1", "upload", was_wrong=False),),
    }
    owned = company or company_of(*(replace(one, owner="staff") for one in (WIKI, PAYROLL)))
    return evidence(DataEvidence(stores=StoreEvidence(**{**values, **more})), company=owned)


def of_record(**more: Any) -> Evidence:
    values: dict[str, Any] = {"problems": (), "backup_at": NOW - HOUR, "restores": {"e1": NOW - DAY}}
    return evidence(DataEvidence(record=RecordEvidence(**{**values, **more})))


# What is watched

SYSLOG = LogSource("syslog", LogWay.TLS)
FORTI = LogSource("fortigate", LogWay.TLS)
AZURE = LogSource("m365", LogWay.ASKED)


def source(name: str, kind: LogSource, heard_at: int = NOW - MINUTE, *senders: Sender, **more: Any) -> Listed:
    """A source that is heard; one that is asked has answered then."""
    asked = AskedState(name, has_secret=True, done_at=heard_at) if kind.way is LogWay.ASKED else None
    values: dict[str, Any] = {"state": State.HEARD, "totals": Totals(heard_at=heard_at), "asked": asked, **more}
    return Listed(name=name, source=kind, senders=senders, **values)


ALL = (source("linux", SYSLOG), source("forti", FORTI), source("office", AZURE))


def alert(alert_id: str = "al_1", opened_at: int = NOW - 5 * DAY, closed_after: int = HOUR, **more: Any) -> Alert:
    """Somebody said soon that it was none; with 0 nobody has."""
    values: dict[str, Any] = {"rule": "r", "title": "Somebody guessed", "level": Level.HIGH, "entity": "person:p_ada"}
    if closed_after:
        values |= {"closed_at": opened_at + closed_after, "closed_by": "p_mia", "verdict": AlertVerdict.FALSE_ALARM}
    whole = {"case_id": "c_1", "opened_at": opened_at, "last_at": opened_at, "since": opened_at, **values, **more}
    return Alert(id=alert_id, **whole)


def watched(**more: Any) -> Evidence:
    """All four families are heard, for long; and one alert was looked at."""
    values: dict[str, Any] = {
        "rules": MonitorRules(),
        "is_running": True,
        "sources": ALL,
        "oldest": {one.name: NOW - 90 * DAY for one in ALL},
        "journal_days": 90,
        "alerts": (alert(),),
    }
    return evidence(DataEvidence(watch=WatchEvidence(**{**values, **more})))
