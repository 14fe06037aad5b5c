"""P7: somebody says of each alert what it was, soon; and there are few enough of them for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from math import ceil
from typing import Final

from limen.clock import DAY, HOUR, SECOND, Instant, Milliseconds
from limen.identity.model import PersonStatus
from limen.monitor.alerts.model import Alert
from limen.monitor.detections.hit import Level
from limen.roadmap.data.evidence import WatchEvidence
from limen.roadmap.data.logs_in_one_place import unwatched
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Part, Phase, Row

LATELY: Final[Milliseconds] = 30 * DAY
CRITICAL: Final[Milliseconds] = HOUR
A_DAY: Final = 5
PEOPLE: Final = 100
IN_TIME: Final = 0.95
_SATURDAY: Final = 5
_PAGE: Final = "/console/alerts"
_NO_ALERT: Final = (
    "No alert was due in 30 days: open break-glass once as a drill, and say on its page what the alert was."
)


def measure(evidence: Evidence) -> Iterator[Part]:
    watch, missing = evidence.data.watch, unwatched(evidence)
    alerts = () if watch is None else tuple(_verdicts(evidence, watch))
    missing = missing or ("" if alerts else _NO_ALERT)
    yield Part("alerts that got a verdict in time", alerts, IN_TIME, missing=missing)
    days = () if watch is None else tuple(_days(evidence, watch))
    yield Part(f"days with no more than {A_DAY} alerts for {PEOPLE} people", days, IN_TIME, missing=missing)


def _verdicts(evidence: Evidence, watch: WatchEvidence) -> Iterator[Row]:
    """What is open and not due yet is not counted."""
    for one in watch.alerts:
        due = _due(one, watch)
        is_closed = bool(one.closed_at and one.verdict and one.closed_by)
        if not is_closed and evidence.at <= due:
            continue
        why = "nobody has said what it was" if not is_closed else "" if one.closed_at <= due else "that was said late"
        yield Row(one.id, one.title, not why, why, f"/console/cases/{one.case_id}", is_personal=True)


def _due(one: Alert, watch: WatchEvidence) -> Instant:
    """A working day later. What is critical an hour after somebody is there, by the hours of the channels of
    monitor.yaml, and no later than other alerts.
    """
    in_a_day = working_day_after(one.opened_at, watch.zone)
    if one.level is not Level.CRITICAL:
        return in_a_day
    channels = watch.rules.notify.channels.values()
    there = [
        one.opened_at if each.hours is None else each.hours.next_open(one.opened_at, watch.zone) for each in channels
    ]
    return min(in_a_day, min(there, default=one.opened_at) + CRITICAL)


def working_day_after(at: Instant, zone: tzinfo) -> Instant:
    """The same time on the next day from Monday to Friday; what comes at a weekend comes as Monday begins."""
    begin = datetime.fromtimestamp(at / SECOND, zone)
    if begin.weekday() >= _SATURDAY:
        begin = (begin + timedelta(days=7 - begin.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin + timedelta(days=1)
    while end.weekday() >= _SATURDAY:
        end += timedelta(days=1)
    return int(end.timestamp() * SECOND)


def _days(evidence: Evidence, watch: WatchEvidence) -> Iterator[Row]:
    """Days without any alert prove nothing: whoever looks away has none."""
    people = sum(one.status is PersonStatus.ACTIVE for one in evidence.members)
    most = max(1, ceil(A_DAY * people / PEOPLE))
    raised = Counter(
        datetime.fromtimestamp(one.opened_at / SECOND, watch.zone).date()
        for one in watch.alerts
        if one.opened_at > evidence.at - LATELY
    )
    for day, number in sorted(raised.items()):
        why = "" if number <= most else f"{number} alerts, and {most} are what people look at"
        yield Row(day.isoformat(), day.isoformat(), not why, why, _PAGE)


CONTROL: Final = Control(
    id="P7",
    phase=Phase.DATA,
    title="Alerts are looked at",
    demands="Somebody says of each alert what it was: within a working day, of a critical one within an hour.",
    figure="alerts of 30 days, and all that are open, with a verdict in time; days on which they were few enough",
    closes="It is 95 % of them, and 95 % of the days.",
    why="An alarm that nobody looks at is a record of how it happened.",
    how="Have channels in monitor.yaml tell people of cases, close old ones, and quiet rules that are mostly wrong.",
    page=_PAGE,
    minutes=60,
    weight=4,
    measure=measure,
)
