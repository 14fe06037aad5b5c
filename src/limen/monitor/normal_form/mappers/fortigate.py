"""FortiGate's log messages, `date=2026-11-27 time=09:15:30 devname="fw" … type="traffic" …` (FortiOS Log Reference)."""

from __future__ import annotations

from typing import Final

from limen.monitor.normal_form.classes import (
    FAILURE,
    FOUND,
    FOUND_MALWARE,
    LIFECYCLE,
    PACKET_REFUSED,
    POLICY_CHANGED,
    SIGN_IN_FAILED,
    SIGNED_IN,
    SIGNED_OUT,
    SUCCESS,
    TRAFFIC,
    Columns,
    what,
)
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields, flat
from limen.monitor.normal_form.shapes import Said, Shape
from limen.monitor.normal_form.templates import pairs
from limen.monitor.normal_form.texts import line
from limen.monitor.normal_form.times import instant

MARK: Final = "logid="
_LEVELS: Final = {
    **dict.fromkeys(("emergency", "alert"), 5),
    "critical": 4,
    "error": 3,
    "warning": 2,
    **dict.fromkeys(("notice", "information", "debug"), 1),
}
_LOG: Final = Shape(
    fixed={"product": "fortigate"},
    columns={
        "service": "type",
        "kind": ("logid",),
        "reason": ("reason", "attack", "virus", "msg", "logdesc"),
        "user": ("user", "xauthuser", "unauthuser"),
        "host": "devname",
        "src_ip": ("srcip", "remip", "remote_ip"),
        "src_port": "srcport",
        "dst_ip": "dstip",
        "dst_port": "dstport",
        "app": ("app", "service"),
        "operation": "action",
        "object": ("cfgpath", "hostname", "url", "filename", "policyname"),
        "bytes_out": "sentbyte",
        "bytes_in": "rcvdbyte",
        "user_agent": "agent",
    },
    said={
        "severity_id": Said(("crlevel", "level"), _LEVELS),
        "status_id": Said("status", {"success": SUCCESS, "failed": FAILURE, "failure": FAILURE}),
    },
)
_REFUSED: Final = frozenset(("deny", "blocked", "block", "dropped", "server-rst", "client-rst-deny"))
_ACTIONS: Final[dict[str, Columns]] = {
    "login": SIGNED_IN,
    "logout": SIGNED_OUT,
    "ssl-new-con": {},
    "tunnel-up": SIGNED_IN,
    "tunnel-down": SIGNED_OUT,
    "ssl-login-fail": SIGN_IN_FAILED,
    "ssl-exit-fail": SIGN_IN_FAILED,
    "authentication": what(3002, 1),
    **dict.fromkeys(("Edit", "Add", "Delete", "Move"), POLICY_CHANGED),
    "reboot": what(LIFECYCLE, 5),
    "shutdown": what(LIFECYCLE, 4),
}
"""Of the type *event*: system, user and VPN."""
_FINDINGS: Final[dict[str, Columns]] = {"virus": FOUND_MALWARE, "ips": FOUND, "anomaly": FOUND, "waf": FOUND}


def draft(raw: str, body: str, fields: Fields, zone: str = "") -> Draft | None:
    """One message; None where it is none."""
    if MARK not in body[:400]:
        return None
    fields.update(flat(pairs(body)))
    found = _LOG.draft(raw, fields, zone)
    found.columns = {**_sort(fields), **found.columns}
    if found.columns.get("class_uid") == SIGN_IN_FAILED["class_uid"] and found.columns.get("status_id") == FAILURE:
        found.columns["severity_id"] = max(found.columns.get("severity_id", 0), 2)
    found.at = _at(fields, zone)
    return found


def _sort(fields: Fields) -> Columns:
    sort, subtype, action = (line(fields.get(name)) for name in ("type", "subtype", "action"))
    if sort == "traffic":
        return PACKET_REFUSED if action in _REFUSED else TRAFFIC
    if sort in ("utm", "anomaly"):
        return _FINDINGS.get(subtype, TRAFFIC if action not in _REFUSED else PACKET_REFUSED)
    if subtype == "vpn" and action.startswith("tunnel") and "user" not in fields:
        return {}  # a tunnel between sites is nobody's sign-in
    return _ACTIONS.get(action, {})


def _at(fields: Fields, zone: str) -> int:
    """`eventtime` is in nanoseconds (seconds before FortiOS 6.2); else date, time and offset."""
    counted = instant(fields.get("eventtime"))
    if counted:
        return counted
    return instant(f"{fields.get('date', '')}T{fields.get('time', '')}{fields.get('tz', '')}", zone)
