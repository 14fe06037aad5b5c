"""Records of the Linux audit system: `type=SYSCALL msg=audit(1795770000.123:42): syscall=59 success=yes …`.

Each record is an event, as Sigma's rules for `auditd` expect; those of one system call have the same `audit_id`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.monitor.normal_form.classes import (
    ACCOUNT_CREATED,
    ACCOUNT_DELETED,
    FAILURE,
    FILE,
    GROUP_CREATED,
    GROUP_DELETED,
    LIFECYCLE,
    PASSWORD_CHANGED,
    PRIVILEGES_GIVEN,
    PROCESS_STARTED,
    SIGNED_IN,
    SIGNED_OUT,
    SUCCESS,
    Columns,
    what,
)
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields, flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.records import readable, unreadable
from limen.monitor.normal_form.shapes import Said, Shape
from limen.monitor.normal_form.templates import pairs
from limen.monitor.normal_form.texts import text
from limen.monitor.normal_form.times import instant

_MARK: Final = "msg=audit("
_OUTCOME: Final = {"yes": SUCCESS, "success": SUCCESS, "1": SUCCESS, "no": FAILURE, "failed": FAILURE, "0": FAILURE}
_RECORD: Final = Shape(
    fixed={"product": "linux", "service": "auditd"},
    columns={
        "kind": "type",
        "user": ("acct", "AUID", "auid"),
        "host": ("node",),
        "process": ("exe",),
        "command_line": ("proctitle", "cmd"),
        "object": ("name", "key", "grp"),
        "src_ip": ("addr", "laddr"),
        "operation": ("SYSCALL", "syscall", "op"),
    },
    said={"status_id": Said(("success", "res"), _OUTCOME)},
)
_CLASSES: Final[dict[str, Columns]] = {
    "EXECVE": {**PROCESS_STARTED, "category": "process_creation"},
    "USER_LOGIN": SIGNED_IN,
    "USER_AUTH": what(3002, 1),
    "USER_START": what(3002, 1),
    "USER_END": SIGNED_OUT,
    "USER_LOGOUT": SIGNED_OUT,
    "USER_CMD": PRIVILEGES_GIVEN,
    "ADD_USER": ACCOUNT_CREATED,
    "DEL_USER": ACCOUNT_DELETED,
    "ADD_GROUP": GROUP_CREATED,
    "DEL_GROUP": GROUP_DELETED,
    "USER_CHAUTHTOK": PASSWORD_CHANGED,
    "PATH": what(FILE, 14),
    "CONFIG_CHANGE": what(LIFECYCLE, 8),
    "DAEMON_START": what(LIFECYCLE, 3),
    "DAEMON_END": what(LIFECYCLE, 4),
}
_ACCOUNTS: Final = frozenset(("ADD_USER", "DEL_USER", "ADD_GROUP", "DEL_GROUP", "USER_CHAUTHTOK", "USER_MGMT"))
_OF_ANOTHER: Final = _RECORD.beside(columns={"user": ("AUID", "auid"), "target_user": ("acct", "id")})
"""These are about an account that somebody else, by their `auid`, does something to."""
_NOTHING: Final = frozenset(("?", "(none)", "(null)", "unset", str(2**32 - 1)))
_HEX: Final = ("proctitle", "cmd", "a0", "a1", "a2", "a3", "name")
"""What is written in hexadecimal where it has spaces; of system calls `a0` to `a3` are numbers."""


def lines(frame: Frame) -> Iterator[Draft]:
    """A file of records, as `/var/log/audit/audit.log` is one."""
    for line in readable(frame.data).split("\n"):
        if line:
            yield draft(line, line, {}) or unreadable("no_record", line.encode())


def draft(raw: str, body: str, fields: Fields) -> Draft | None:
    """A record; None for what is none."""
    at = body.find(_MARK)
    if at < 0:
        return None
    stamp, _, said = body[at + len(_MARK) :].partition(")")
    seconds, _, number = stamp.partition(":")
    found = pairs(body[:at]) | pairs(said.removeprefix(":").replace("\x1d", " "))
    if "msg" in found:
        found |= pairs(found.pop("msg"))
    kind = found.get("type", "")
    for name in _HEX if kind != "SYSCALL" else _HEX[:2]:
        if name in found and f'{name}="' not in said:
            found[name] = _unhexed(found[name])
    if kind == "EXECVE" and "proctitle" not in found:
        found["cmd"] = " ".join(found[f"a{one}"] for one in range(100) if f"a{one}" in found)
    fields.update(flat({name: value for name, value in found.items() if value not in _NOTHING}))
    fields["audit_id"] = text(stamp, 40)
    if kind == "EXECVE":
        fields |= {"Image": fields.get("a0", ""), "CommandLine": fields.get("cmd", "")}
    done = (_OF_ANOTHER if kind in _ACCOUNTS else _RECORD).draft(raw, fields)
    done.columns = {**_CLASSES.get(kind, {}), **done.columns}
    done.at = instant(seconds) if number else 0
    return done


def _unhexed(value: str) -> str:
    try:
        return bytes.fromhex(value).replace(b"\0", b" ").decode("utf-8", "backslashreplace")
    except ValueError:
        return value
