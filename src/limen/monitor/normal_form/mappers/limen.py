"""Limen's own journal: the one source whose ids are ours, since Limen wrote it itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from limen.events import Event, Outcome, from_ocsf
from limen.events.kind import Severity
from limen.events.kinds import KINDS
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields, flat
from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.monitor.normal_form.records import readable, unreadable

_PERSON: Final = "p_"
_OTHER: Final = 99


def drafts(frame: Frame) -> Iterator[Draft]:
    """One body of the journal a line: OCSF as `events.to_ocsf` writes it."""
    for line in frame.data.split(b"\n"):
        if not line:
            continue
        try:
            event = from_ocsf(msgspec.json.decode(line))
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
            yield unreadable("no_event", line)
            continue
        yield draft(event, readable(line))


def draft(event: Event, raw: str = "") -> Draft:
    """An event of the journal."""
    return Draft(raw, fields_of(event), columns_of(event), event.at, event.id)


def columns_of(event: Event) -> dict[str, Any]:
    """Its columns. Who did it and to whom are ids of people where they are some.

    Where nobody did it who is known, as when a sign-in fails, it is theirs to whom it happened: a rule or a risk finds
    all that is about a person under `person_id`.
    """
    kind = KINDS.get(event.kind)
    is_failure = event.outcome is Outcome.FAILURE
    severity = kind.severity if kind else Severity.INFORMATIONAL
    app = event.details.get("app", "")
    columns: dict[str, Any] = {
        "product": LIMEN,
        "service": event.kind.partition(".")[0],
        "kind": event.kind,
        "class_uid": kind.class_uid if kind else 0,
        "activity_id": kind.activity_id if kind else _OTHER,
        "severity_id": int(max(severity, Severity.LOW) if is_failure else severity),
        "status_id": 2 if is_failure else 1,
        "reason": event.reason,
        "session": event.session,
        "device_id": event.device,
        "src_ip": event.address,
        "app": app if isinstance(app, str) else "",
    }
    columns["person_id" if event.actor.startswith(_PERSON) else "user"] = event.actor
    columns["target_person_id" if event.subject.startswith(_PERSON) else "object"] = event.subject
    if not event.actor and event.subject.startswith(_PERSON):
        columns["person_id"] = event.subject
    if event.decision is not None:
        decision = event.decision
        columns |= {"app": decision.app, "operation": decision.action, "object": decision.route}
        columns["reason"] = event.reason or ", ".join(decision.reasons)
    return columns


def fields_of(event: Event) -> Fields:
    """What has no column: details under their own names, and what the journal keeps of a decision."""
    said: dict[str, Any] = {**event.details, "outcome": str(event.outcome)}
    if event.count != 1:
        said["count"] = event.count
    if event.decision is not None:
        decision = event.decision
        said |= {
            "effect": decision.effect,
            "reasons": list(decision.reasons),
            "remedies": list(decision.remedies),
            "method": decision.method,
            "host": decision.host,
            "door": decision.door,
            "revision": decision.revision,
        }
    return {name: value for name, value in flat(said).items() if value not in ("", [])}
