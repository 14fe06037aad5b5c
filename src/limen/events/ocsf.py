"""Events in the form of the Open Cybersecurity Schema Framework 1.4 (https://schema.ocsf.io), and back, without loss.

What OCSF has a field for goes there; what only Limen knows goes to `unmapped`, which OCSF keeps for that.
"""

from __future__ import annotations

from typing import Any

import msgspec

from limen.events.event import DecisionRecord, Event, Outcome
from limen.events.kind import Severity
from limen.events.kinds import KINDS

OCSF_VERSION = "1.4.0"
_STATUS = {Outcome.SUCCESS: 1, Outcome.FAILURE: 2}
_OUTCOME = {number: outcome for outcome, number in _STATUS.items()}
_PRODUCT = {"name": "Limen", "vendor_name": "Limen"}
_OTHER = 99
_BASE_EVENT = 0


def to_ocsf(event: Event) -> dict[str, Any]:
    """`event` as an OCSF object of plain values. A kind that isn't in `KINDS` becomes a Base Event (class 0)."""
    kind = KINDS.get(event.kind)
    severity = kind.severity if kind else Severity.INFORMATIONAL
    class_uid, activity_id = (kind.class_uid, kind.activity_id) if kind else (_BASE_EVENT, _OTHER)
    own: dict[str, Any] = {"kind": event.kind}
    written: dict[str, Any] = {
        "class_uid": class_uid,
        "category_uid": class_uid // 1000,
        "activity_id": activity_id,
        "type_uid": class_uid * 100 + activity_id,
        "severity_id": int(severity if event.outcome is Outcome.SUCCESS else max(severity, Severity.LOW)),
        "status_id": _STATUS[event.outcome],
        "time": event.at,
        "metadata": {"uid": event.id, "version": OCSF_VERSION, "product": _PRODUCT},
        "unmapped": own,
    }
    if event.actor or event.session:
        written["actor"] = {"user": {"uid": event.actor}, "session": {"uid": event.session}}
    if event.address:
        written["src_endpoint"] = {"ip": event.address}
    if event.device:
        written["device"] = {"uid": event.device}
    if event.reason:
        written["status_detail"] = event.reason
    if event.count != 1:
        written["count"] = event.count
    if event.until:
        written["end_time"] = event.until
    if event.subject:
        own["subject"] = event.subject
    if event.details:
        own["details"] = event.details
    if event.decision is not None:
        written["http_request"] = {
            "http_method": event.decision.method,
            "url": {"hostname": event.decision.host, "path": event.decision.route},
        }
        own["decision"] = _own_part(event.decision)
    return written


def from_ocsf(written: dict[str, Any]) -> Event:
    """The event that `to_ocsf` wrote. Raises KeyError, TypeError or msgspec.ValidationError when it is none of ours."""
    own = written["unmapped"]
    actor = written.get("actor", {})
    return msgspec.convert(
        {
            "id": written["metadata"]["uid"],
            "at": written["time"],
            "kind": own["kind"],
            "outcome": _OUTCOME[written["status_id"]],
            "actor": actor.get("user", {}).get("uid", ""),
            "subject": own.get("subject", ""),
            "session": actor.get("session", {}).get("uid", ""),
            "device": written.get("device", {}).get("uid", ""),
            "address": written.get("src_endpoint", {}).get("ip", ""),
            "reason": written.get("status_detail", ""),
            "count": written.get("count", 1),
            "until": written.get("end_time", 0),
            "decision": _decision(written, own),
            "details": own.get("details", {}),
        },
        Event,
    )


def _own_part(decision: DecisionRecord) -> dict[str, Any]:
    own: dict[str, Any] = {
        "effect": decision.effect,
        "reasons": decision.reasons,
        "revision": decision.revision,
        "facts": decision.facts,
        "now": decision.now,
        "app": decision.app,
        "action": decision.action,
        "micros": decision.micros,
    }
    if decision.door:
        own["door"] = decision.door
    if decision.remedies:
        own["remedies"] = decision.remedies
    if decision.watched:
        own["watched"] = decision.watched
    if decision.device_seen_at:
        own["device_seen_at"] = decision.device_seen_at
    return own


def _decision(written: dict[str, Any], own: dict[str, Any]) -> dict[str, Any] | None:
    if "decision" not in own:
        return None
    request = written["http_request"]
    asked = {"method": request["http_method"], "host": request["url"]["hostname"], "route": request["url"]["path"]}
    return {**own["decision"], **asked}
