"""An event of any source in the normal form: OCSF 1.4, flattened into columns, beside what its source wrote.

Each column is one attribute of OCSF (`PATHS`); what has no column stays in `fields`, under the source's own names, and
in `raw`, as it came. Rules and searches name a column by either name: `src_ip` or `src_endpoint.ip`.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from limen.clock import Instant


class NormalEvent(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One event. What is not known is "" or 0; nothing here is trusted but `uid`, `source` and `received_at`.

    `uid` is the same when the same event comes twice. `at`: when it happened, by its source's clock as far as that is
    believed; `received_at`: when it came. `source`: its name in `monitor.yaml`, or `limen`. `product`, `category` and
    `service` are Sigma's (`logsource`), by which rules choose their events.
    """

    uid: str
    at: Instant
    received_at: Instant
    source: str
    mapper: str = ""
    """What read it, and which version of that: `windows/1`. Nothing kept is rewritten; `reading.again` reads anew."""
    product: str = ""
    category: str = ""
    service: str = ""

    # What happened (OCSF). `class_uid` 0: OCSF has no class for it; where `kind` is `unreadable`, only `raw` is of use.
    class_uid: int = 0
    activity_id: int = 0
    severity_id: int = 0
    status_id: int = 0
    """0 unknown, 1 success, 2 failure."""
    kind: str = ""
    """Limen's own kind (`session.opened`), or the source's name for this sort of event (`4624`, `UserLoggedIn`)."""
    reason: str = ""

    # Who, with what. Names are as the source wrote them; ids are Limen's own, "" where nobody is known by that name.
    user: str = ""
    person_id: str = ""
    target_user: str = ""
    target_person_id: str = ""
    session: str = ""
    host: str = ""
    device_id: str = ""
    process: str = ""
    command_line: str = ""

    # From where, to what.
    src_ip: str = ""
    src_port: int = 0
    src_country: str = ""
    src_network: str = ""
    dst_ip: str = ""
    dst_port: int = 0
    app: str = ""
    operation: str = ""
    object: str = ""
    bytes_out: int = 0
    bytes_in: int = 0
    mfa: int = 0
    """0 unknown, 1 no, 2 yes."""
    user_agent: str = ""

    fields: dict[str, Any] = {}
    """What else the source said, flat, under its own names: values are texts, numbers, booleans or lists of them."""
    raw: str = ""


PATHS: Final = {
    "metadata.uid": "uid",
    "time": "at",
    "metadata.logged_time": "received_at",
    "metadata.log_name": "source",
    "metadata.product.name": "product",
    "metadata.event_code": "kind",
    "class_uid": "class_uid",
    "activity_id": "activity_id",
    "severity_id": "severity_id",
    "status_id": "status_id",
    "status_detail": "reason",
    "actor.user.name": "user",
    "actor.user.uid": "person_id",
    "user.name": "target_user",
    "user.uid": "target_person_id",
    "actor.session.uid": "session",
    "device.hostname": "host",
    "device.uid": "device_id",
    "process.file.path": "process",
    "process.cmd_line": "command_line",
    "src_endpoint.ip": "src_ip",
    "src_endpoint.port": "src_port",
    "src_endpoint.location.country": "src_country",
    "src_endpoint.zone": "src_network",
    "dst_endpoint.ip": "dst_ip",
    "dst_endpoint.port": "dst_port",
    "service.name": "app",
    "api.operation": "operation",
    "resource.name": "object",
    "traffic.bytes_out": "bytes_out",
    "traffic.bytes_in": "bytes_in",
    "http_request.user_agent": "user_agent",
    "raw_data": "raw",
}
"""OCSF's name of each column that has one."""
