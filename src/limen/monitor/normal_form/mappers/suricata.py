"""Suricata's `eve.json`, one object a line, by its `event_type` (docs.suricata.io, EVE JSON format)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.monitor.normal_form.classes import DNS_QUERY, FAILURE, FOUND, HTTP, NETWORK, SSH, what
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.mappers.web_access import METHODS
from limen.monitor.normal_form.records import Record
from limen.monitor.normal_form.shapes import Said, Shape, Sorts

_TRAFFIC: Final = what(NETWORK, 6)
_EVE: Final = Shape(
    fixed={"product": "suricata"},
    columns={
        "kind": "event_type",
        "host": "host",
        "src_ip": "src_ip",
        "src_port": "src_port",
        "dst_ip": "dest_ip",
        "dst_port": "dest_port",
        "app": "app_proto",
        "reason": ("alert.signature", "anomaly.event"),
        "operation": ("http.http_method", "alert.action", "smb.command"),
        "object": ("dns.rrname", "dns.queries.0.rrname", "http.url", "tls.sni", "fileinfo.filename", "smb.filename"),
        "bytes_out": "flow.bytes_toserver",
        "bytes_in": "flow.bytes_toclient",
        "user_agent": ("http.http_user_agent", "ssh.client.software_version"),
    },
    said={
        "severity_id": Said("alert.severity", {"1": 4, "2": 3, "3": 2}, 1),
        "status_id": Said("alert.action", {"blocked": FAILURE}),
    },
    names={
        "query": "dns.rrname",
        "c-uri": "http.url",
        "cs-host": "http.hostname",
        "cs-method": "http.http_method",
        "c-useragent": "http.http_user_agent",
    },
    at="timestamp",
)
_SORTS: Final = Sorts(
    "event_type",
    _EVE,
    {
        "alert": {**FOUND, "category": "ids"},
        "anomaly": {**FOUND, "category": "ids"},
        "dns": {**DNS_QUERY, "category": "dns"},
        "http": {**what(HTTP, 99), "category": "proxy"},
        "ssh": what(SSH, 6),
        **dict.fromkeys(("flow", "netflow", "tls", "smb", "fileinfo", "rdp", "krb5", "quic", "ftp"), _TRAFFIC),
    },
)


def read(raw: str, record: Record, _frame: Frame) -> Iterator[Draft]:
    """One event."""
    yield draft(raw, record)


def draft(raw: str, record: Record) -> Draft:
    """What an event comes to; one of HTTP has the activity of its method."""
    found = _SORTS.draft(raw, flat(record))
    if found.columns.get("class_uid") == HTTP:
        found.columns["activity_id"] = METHODS.get(found.columns.get("operation", ""), 99)
    return found
