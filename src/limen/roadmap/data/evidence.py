"""What is known of who may do what, of data, and of how what happens is watched. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from limen.access.model import HeldGrant
from limen.access.reviews.model import Held, ReviewRow
from limen.access.standing.listing import Standing
from limen.clock import Instant
from limen.company.store_overview import StoreOverview
from limen.data.inventory.controls import Lack, Minimum
from limen.facts import Label, Person
from limen.monitor.alerts.model import Alert
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.sources.listing import Listed
from limen.roadmap.data.elevated import ElevatedUse


@dataclass(frozen=True, slots=True)
class HeldWay:
    """One way in which a person has access to an app now. `given_at` is when a grant was approved by somebody else (0:
    it is no grant, or a rule gave it).
    """

    person: str
    app: str
    held: Held
    given_at: Instant = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """What a person can do with an app in some situation, without a grant."""

    person: str
    app: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEvidence:
    """Who may do what by the policies in force, and what was said and done about that.

    `standing` is who is privileged all day, `elevated` what was done that is privileged, `grants` and `reasons` are all
    grants that were live within that time, by id, and why they were asked for, by the request's id. `ways` and `opened`
    are what everybody has. `decided` are the rows of reviews that were decided in 180 days, the oldest first;
    `not_done` says of which of them what was decided did not follow within a day.
    """

    workloads: tuple[Person, ...] = ()
    standing: Standing
    elevated: tuple[ElevatedUse, ...]
    grants: Mapping[str, HeldGrant] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[HeldWay, ...] = ()
    opened: tuple[Opened, ...] = ()
    decided: tuple[ReviewRow, ...] = ()
    not_done: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEvidence:
    """How what happens is watched, by monitor.yaml as it is in force.

    `is_running`: the process that watches runs. `sources` are all that monitor.yaml names, `oldest` is when the oldest
    came that is still kept of each. `journal_days` is how long the journal is to be kept. `alerts` are those that are
    open, and those that were opened in 30 days. `findings` is by rule how many came in 30 days, and how many of them
    within two seconds of what they tell of. `zone` is the company's.
    """

    rules: MonitorRules
    is_running: bool = False
    sources: tuple[Listed, ...] = ()
    oldest: Mapping[str, Instant] = field(default_factory=dict)
    journal_days: int = 0
    alerts: tuple[Alert, ...] = ()
    findings: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Stop:
    """Something that was stopped on its way, by the id of its event. `was_wrong`: somebody decided that it is not
    sensitive.
    """

    id: str
    channel: str
    was_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreEvidence:
    """Where data lies, and what is held to it.

    `minimums` is what each label needs, `stores` are those of data.yaml with what was found in them. `app_lacks` is by
    app what it lacks of what its label needs; only apps that hold something confidential are in it. `stops` are of 30
    days, None where they could not be read to the end.
    """

    minimums: Mapping[Label, Minimum] = field(default_factory=dict)
    stores: tuple[StoreOverview, ...] = ()
    app_lacks: Mapping[str, tuple[Lack, ...]] = field(default_factory=dict)
    stops: tuple[Stop, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvidence:
    """Whether the record holds. `problems` is what verifying every chain of the journal found, None where it is too
    large to be verified each hour. `backup_at` is when the last backup was taken (0: none in 90 days), `restores` are
    when Limen was restored from one, in 90 days, by the event's id.
    """

    problems: tuple[str, ...] | None = None
    backup_at: Instant = 0
    restores: Mapping[str, Instant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataEvidence:
    """None is a source that is silent: nothing was published yet, or it could not be read to its end."""

    access: AccessEvidence | None = None
    watch: WatchEvidence | None = None
    stores: StoreEvidence | None = None
    record: RecordEvidence | None = None
