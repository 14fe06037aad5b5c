"""JSON of whatever can send some: the names that OCSF, ECS and most programs have for the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.products import LOOKS_LIKE, claimed
from limen.monitor.normal_form.records import Record
from limen.monitor.normal_form.shapes import Said, Shape

_OUTCOME: Final = {"success": 1, "succeeded": 1, "ok": 1, "true": 1, "1": 1, "failure": 2, "failed": 2, "error": 2} | {
    "denied": 2,
    "false": 2,
    "2": 2,
}
_SEVERITY: Final = {
    **dict.fromkeys(("informational", "info", "debug", "notice", "1"), 1),
    **dict.fromkeys(("low", "2"), 2),
    **dict.fromkeys(("medium", "warning", "warn", "3"), 3),
    **dict.fromkeys(("high", "error", "4"), 4),
    **dict.fromkeys(("critical", "fatal", "alert", "emergency", "5", "6"), 5),
}
GENERIC: Final = Shape(
    columns={
        "product": ("product", "metadata.product.name", "event.module"),
        "category": ("logsource.category",),
        "service": ("logsource.service", "event.dataset"),
        "class_uid": "class_uid",
        "activity_id": "activity_id",
        "kind": ("kind", "event.code", "event.action", "metadata.event_code", "event_type", "action", "event"),
        "reason": ("reason", "status_detail", "event.reason"),
        "user": ("user", "actor.user.name", "user.name", "username", "user_name", "userName"),
        "target_user": ("target_user", "user.target.name", "target.user.name"),
        "host": ("host", "device.hostname", "host.name", "host.hostname", "hostname", "agent.name"),
        "process": ("process", "process.file.path", "process.executable", "process.name"),
        "command_line": ("command_line", "process.cmd_line", "process.command_line"),
        "src_ip": ("src_ip", "src_endpoint.ip", "source.ip", "client.ip", "client_ip", "remote_addr", "ip"),
        "src_port": ("src_port", "src_endpoint.port", "source.port", "client.port"),
        "dst_ip": ("dst_ip", "dst_endpoint.ip", "destination.ip", "server.ip"),
        "dst_port": ("dst_port", "dst_endpoint.port", "destination.port", "server.port"),
        "app": ("app", "service.name", "application"),
        "operation": ("operation", "api.operation", "http_request.http_method", "http.request.method"),
        "object": ("object", "resource.name", "file.path", "url.path", "url"),
        "bytes_out": ("bytes_out", "traffic.bytes_out", "source.bytes"),
        "bytes_in": ("bytes_in", "traffic.bytes_in", "destination.bytes"),
        "user_agent": ("user_agent", "http_request.user_agent", "user_agent.original"),
    },
    said={
        "status_id": Said(("status_id", "outcome", "event.outcome", "status", "result", "success"), _OUTCOME),
        "severity_id": Said(("severity_id", "severity", "level", "log.level", "event.severity"), _SEVERITY),
        "mfa": Said(("mfa", "is_mfa"), {"true": 2, "yes": 2, "2": 2, "false": 1, "no": 1, "1": 1}),
    },
    at=("at", "@timestamp", "time", "timestamp", "ts", "eventTime", "date"),
)


def read(raw: str, record: Record, frame: Frame, looks_like: str = "") -> Iterator[Draft]:
    """One record. What it says of its own product counts only where its source names that one, or nobody knows it."""
    draft = GENERIC.draft(raw, flat(record), frame.zone)
    if wrong := claimed(draft.columns.get("product", ""), frame.products):
        del draft.columns["product"]
    if looks_like or wrong:
        draft.fields[LOOKS_LIKE] = looks_like or wrong
    yield draft
