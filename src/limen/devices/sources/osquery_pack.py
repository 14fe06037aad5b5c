"""What osquery is asked, and what its rows come to: each query answers one check or more of ours.

All values are texts, and a table that is empty says nothing: osquery has no rows where it may not look (`screenlock` as
root, `alf` since macOS 15). What is not understood is not said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Rows: TypeAlias = list[Mapping[str, str]]
Found: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Checks by their ids, in the shape in which agents report them."""

PREFIX: Final = "limen_"
_ON_OFF: Final = {"1": True, "0": False}
_ADMINISTRATORS: Final = (
    "SELECT DISTINCT u.username FROM users u JOIN user_groups m ON m.uid = u.uid JOIN groups g ON g.gid = m.gid "
    "WHERE g.groupname IN ({groups});"
)


@dataclass(frozen=True, slots=True)
class Query:
    """One query on these platforms (osquery's names), and what its rows come to."""

    name: str
    sql: str
    read: Callable[[Rows], Found]
    platforms: tuple[str, ...]


def _encrypted_volumes(rows: Rows) -> Found:
    known = [(row.get("path", "")[:300], _ON_OFF.get(row.get("encrypted", ""))) for row in rows]
    if not known or any(state is None for _, state in known):
        return {}
    volumes = [{"mount": path, "encrypted": state} for path, state in known[:50]]
    return {"disk_encryption": {"encrypted": all(state for _, state in known), "volumes": volumes}}


def _file_vault(rows: Rows) -> Found:
    states = {row.get("filevault_status", "") for row in rows}
    if "on" in states:
        return {"disk_encryption": {"encrypted": True, "how": "filevault"}}
    return {"disk_encryption": {"encrypted": False, "how": "filevault"}} if "off" in states else {}


def _bitlocker(rows: Rows) -> Found:
    states = {row.get("protection_status", "") for row in rows}
    if not states or not states <= _ON_OFF.keys():
        return {}
    return {"disk_encryption": {"encrypted": states == {"1"}, "how": "bitlocker"}}


def _application_firewall(rows: Rows) -> Found:
    state = rows[0].get("global_state", "") if len(rows) == 1 else ""
    return {"firewall": {"enabled": state in {"1", "2"}, "how": "alf"}} if state in {"0", "1", "2"} else {}


def _security_center(rows: Rows) -> Found:
    if len(rows) != 1:
        return {}
    words = {"Good": True, "Poor": False, "Snoozed": False}
    row, found = rows[0], {}
    if (firewall := words.get(row.get("firewall", ""))) is not None:
        found["firewall"] = {"enabled": firewall, "how": "Windows Security Center"}
    if (updates := words.get(row.get("autoupdate", ""))) is not None:
        found["auto_updates"] = {"enabled": updates, "how": "Windows Security Center"}
    if (malware := words.get(row.get("antivirus", ""))) is not None:
        found["anti_malware"] = {"running": malware, "product": "Windows Security Center"}
    return found


def _screen_lock(rows: Rows) -> Found:
    state = _ON_OFF.get(rows[0].get("enabled", "")) if len(rows) == 1 else None
    return {} if state is None else {"screen_lock": {"enabled": state}}


def _secure_boot(rows: Rows) -> Found:
    state = _ON_OFF.get(rows[0].get("secure_boot", "")) if len(rows) == 1 else None
    return {} if state is None else {"secure_boot": {"enabled": state}}


def _administrators(rows: Rows) -> Found:
    names = sorted({row.get("username", "")[:100] for row in rows} - {""})
    return {"administrators": {"count": len(names), "names": names[:50]}} if names else {}


QUERIES: Final = (
    Query(
        "volumes",
        "SELECT m.path, d.encrypted FROM mounts m JOIN disk_encryption d ON d.name = m.device_alias "
        "WHERE m.path IN ('/', '/home', '/var');",
        _encrypted_volumes,
        ("linux",),
    ),
    Query(
        "filevault",
        "SELECT DISTINCT filevault_status FROM disk_encryption WHERE user_uuid <> '';",
        _file_vault,
        ("darwin",),
    ),
    Query(
        "bitlocker",
        "SELECT drive_letter, protection_status FROM bitlocker_info WHERE drive_letter = 'C:';",
        _bitlocker,
        ("windows",),
    ),
    Query("alf", "SELECT global_state FROM alf;", _application_firewall, ("darwin",)),
    Query(
        "security_center",
        "SELECT firewall, autoupdate, antivirus FROM windows_security_center;",
        _security_center,
        ("windows",),
    ),
    Query("screenlock", "SELECT enabled, grace_period FROM screenlock;", _screen_lock, ("darwin",)),
    Query("secureboot", "SELECT secure_boot FROM secureboot;", _secure_boot, ("linux", "darwin", "windows")),
    Query(
        "sudoers",
        _ADMINISTRATORS.format(groups="'sudo', 'wheel', 'admin'"),
        _administrators,
        ("linux", "darwin"),
    ),
    Query("administrators", _ADMINISTRATORS.format(groups="'Administrators'"), _administrators, ("windows",)),
)
BY_NAME: Final = {f"{PREFIX}{one.name}": one for one in QUERIES}


def schedule(every_seconds: int) -> dict[str, dict[str, Any]]:
    """The pack as osquery's configuration has it. Each is a snapshot: all its rows, each time."""
    return {
        name: {
            "query": one.sql,
            "interval": every_seconds,
            "snapshot": True,
            "platform": ",".join(one.platforms),
        }
        for name, one in BY_NAME.items()
    }


def queries_for(platform: str) -> dict[str, str]:
    """The same to be asked once, of a machine of this platform (`linux`, `darwin`, `windows`)."""
    return {name: one.sql for name, one in BY_NAME.items() if platform in one.platforms}
