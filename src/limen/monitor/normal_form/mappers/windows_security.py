"""Events of Windows' Security log, by their number, and what its System log says of services.

After Microsoft's documentation of each event (Advanced security audit policy settings).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.monitor.normal_form.classes import (
    ACCOUNT_CHANGED,
    ACCOUNT_CREATED,
    ACCOUNT_DELETED,
    ACCOUNT_DISABLED,
    ACCOUNT_ENABLED,
    ACCOUNT_LOCKED,
    ACCOUNT_UNLOCKED,
    AUTHENTICATION,
    ENTITY,
    FAILURE,
    FILE,
    GROUP_CREATED,
    GROUP_DELETED,
    HIGH,
    JOB,
    JOB_CREATED,
    JOB_DELETED,
    JOB_UPDATED,
    LOG_CLEARED,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    PACKET_REFUSED,
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    POLICY_CHANGED,
    PRIVILEGES_GIVEN,
    PROCESS_ENDED,
    PROCESS_STARTED,
    SERVICE_CREATED,
    SIGN_IN_FAILED,
    SIGNED_IN,
    SIGNED_OUT,
    SUCCESS,
    TRAFFIC,
    Columns,
    what,
)
from limen.monitor.normal_form.shapes import Said, Shape

WINDOWS: Final = Shape(
    fixed={"product": "windows"},
    columns={"host": "Computer", "kind": "EventID"},
    at=("SystemTime", "@timestamp", "EventTime", "TimeCreated", "UtcTime"),
)
_STATUS: Final = Said("Status", {"0x0": SUCCESS, "0x00000000": SUCCESS}, FAILURE)
_BY: Final = WINDOWS.beside(columns={"user": "SubjectUserName"})
_WHO: Final = WINDOWS.beside(
    columns={
        "user": "TargetUserName",
        "src_ip": "IpAddress",
        "src_port": "IpPort",
        "process": ("ProcessName", "LogonProcessName"),
        "reason": ("SubStatus", "Status"),
    }
)
_ON: Final = _BY.beside(columns={"target_user": "TargetUserName"})
_GROUP: Final = _BY.beside(columns={"object": "TargetUserName", "target_user": ("MemberName", "MemberSid")})
_TASK: Final = _BY.beside(columns={"object": "TaskName"})
_OBJECT: Final = _BY.beside(columns={"object": "ObjectName", "process": "ProcessName"})
_PACKET: Final = WINDOWS.beside(
    columns={
        "process": "Application",
        "src_ip": "SourceAddress",
        "src_port": "SourcePort",
        "dst_ip": "DestAddress",
        "dst_port": "DestPort",
    }
)
_SERVICE: Final = _BY.beside(columns={"object": "ServiceName", "process": ("ServiceFileName", "ImagePath")})
_PREAUTH: Final = what(AUTHENTICATION, 6)


def _each(shape: Shape, numbers: Mapping[int, Columns]) -> dict[int, Shape]:
    return {number: shape.beside(fixed=columns) for number, columns in numbers.items()}


SECURITY: Final[Mapping[int, Shape]] = {
    1102: _BY.beside(fixed=LOG_CLEARED),
    **_each(_WHO, {4624: SIGNED_IN, 4625: SIGN_IN_FAILED, 4634: SIGNED_OUT, 4647: SIGNED_OUT}),
    4648: _ON.beside(
        fixed=what(AUTHENTICATION, 1, status_id=SUCCESS),
        columns={"object": "TargetServerName", "process": "ProcessName", "src_ip": "IpAddress"},
    ),
    4672: _BY.beside(fixed=PRIVILEGES_GIVEN),
    4688: _BY.beside(
        fixed={**PROCESS_STARTED, "category": "process_creation"},
        columns={"process": "NewProcessName", "command_line": "CommandLine", "target_user": "TargetUserName"},
        names={"Image": "NewProcessName", "ParentImage": "ParentProcessName", "User": "SubjectUserName"},
    ),
    4689: _BY.beside(
        fixed={**PROCESS_ENDED, "category": "process_termination"},
        columns={"process": "ProcessName"},
        names={"Image": "ProcessName"},
    ),
    **_each(_OBJECT, {4656: what(FILE, 14), 4663: what(FILE, 14), 4662: what(ENTITY, 2), 4657: what(201002, 3)}),
    4697: _SERVICE.beside(fixed=SERVICE_CREATED, names={"ImagePath": "ServiceFileName"}),
    **_each(
        _TASK,
        {4698: JOB_CREATED, 4699: JOB_DELETED, 4700: what(JOB, 4), 4701: what(JOB, 5), 4702: JOB_UPDATED},
    ),
    4719: _BY.beside(fixed={**POLICY_CHANGED, "severity_id": HIGH}, columns={"object": "SubcategoryGuid"}),
    **_each(
        _ON,
        {
            4720: ACCOUNT_CREATED,
            4722: ACCOUNT_ENABLED,
            4723: PASSWORD_CHANGED,
            4724: PASSWORD_RESET,
            4725: ACCOUNT_DISABLED,
            4726: ACCOUNT_DELETED,
            4738: ACCOUNT_CHANGED,
            4740: ACCOUNT_LOCKED,
            4741: ACCOUNT_CREATED,
            4743: ACCOUNT_DELETED,
            4767: ACCOUNT_UNLOCKED,
            4781: ACCOUNT_CHANGED,
        },
    ),
    **_each(_GROUP, dict.fromkeys((4728, 4732, 4756), MEMBER_ADDED)),
    **_each(_GROUP, dict.fromkeys((4729, 4733, 4757), MEMBER_REMOVED)),
    **_each(_GROUP, dict.fromkeys((4727, 4731, 4754), GROUP_CREATED)),
    **_each(_GROUP, dict.fromkeys((4730, 4734, 4758), GROUP_DELETED)),
    4768: _WHO.beside(fixed=what(AUTHENTICATION, 3), said={"status_id": _STATUS}),
    4769: _WHO.beside(fixed=what(AUTHENTICATION, 4), columns={"object": "ServiceName"}, said={"status_id": _STATUS}),
    4771: _WHO.beside(fixed={**SIGN_IN_FAILED, **_PREAUTH}),
    4776: _WHO.beside(fixed=_PREAUTH, columns={"object": "Workstation"}, said={"status_id": _STATUS}),
    4778: _BY.beside(fixed=SIGNED_IN, columns={"user": "AccountName", "src_ip": "ClientAddress"}),
    4779: _BY.beside(fixed=SIGNED_OUT, columns={"user": "AccountName", "src_ip": "ClientAddress"}),
    5136: _BY.beside(fixed=POLICY_CHANGED, columns={"object": "ObjectDN"}),
    **_each(_BY.beside(columns={"src_ip": "IpAddress", "object": "ShareName"}), {5140: what(FILE, 14)}),
    5145: _BY.beside(
        fixed=what(FILE, 14), columns={"src_ip": "IpAddress", "object": ("RelativeTargetName", "ShareName")}
    ),
    5156: _PACKET.beside(fixed=TRAFFIC),
    5157: _PACKET.beside(fixed=PACKET_REFUSED),
}
"""By the event's number. A sign-in that is tried is `4624` or `4625`; what a domain controller says of it beforehand
(4768 to 4776) has activities of its own, so that none counts twice.
"""

SYSTEM: Final[Mapping[int, Shape]] = {
    104: _BY.beside(fixed=LOG_CLEARED, columns={"object": ("Data.Channel", "Channel")}),
    7045: _SERVICE.beside(fixed=SERVICE_CREATED, columns={"user": "AccountName"}),
}
