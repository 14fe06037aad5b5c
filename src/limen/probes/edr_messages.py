"""What each product of security software sends when it reports a high risk, about a device of this name.

In the shapes that `devices/signals/mappers.py` reads, which its makers document. What can't name a device (Suricata
names addresses alone) has none here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from limen.clock import SECOND, Instant

TITLE: Final = "Limen's own probe: no threat"


def message(kind: str, name: str, ref: str, now: Instant) -> bytes | None:
    """The body; None where a message of this kind can't say which device it means."""
    make = _OF.get(kind)
    return None if make is None else msgspec.json.encode(make(name, ref, _written(now)))


def _written(now: Instant) -> str:
    return datetime.fromtimestamp(now / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _webhook(name: str, ref: str, at: str) -> Any:
    return {"signals": [{"ref": ref, "level": "high", "title": TITLE, "at": at, "device": {"name": name}}]}


def _defender(name: str, ref: str, at: str) -> Any:
    alert = {"id": ref, "severity": "High", "status": "New", "machineId": ref, "title": TITLE}
    return {**alert, "lastUpdateTime": at, "computerDnsName": name}


def _crowdstrike(name: str, ref: str, at: str) -> Any:
    alert = {"composite_id": ref, "status": "new", "severity": 90, "display_name": TITLE, "updated_timestamp": at}
    return {"resources": [{**alert, "device": {"hostname": name}}]}


def _sentinelone(name: str, ref: str, at: str) -> Any:
    threat = {"threatId": ref, "threatName": TITLE, "updatedAt": at, "confidenceLevel": "malicious"}
    return {"data": [{"threatInfo": threat, "agentRealtimeInfo": {"agentComputerName": name}}]}


def _wazuh(name: str, ref: str, at: str) -> Any:
    rule = {"id": ref, "level": 15, "description": TITLE}
    return {"timestamp": at, "rule": rule, "agent": {"id": "999999", "name": name}}


def _huntress(name: str, ref: str, at: str) -> Any:
    report = {"id": ref, "severity": "critical", "status": "sent", "subject": TITLE, "updated_at": at}
    return {"incident_reports": [{**report, "agent": {"hostname": name}}]}


_OF: Final[Mapping[str, Callable[[str, str, str], Any]]] = {
    "webhook": _webhook,
    "defender": _defender,
    "crowdstrike": _crowdstrike,
    "sentinelone": _sentinelone,
    "wazuh": _wazuh,
    "huntress": _huntress,
}
