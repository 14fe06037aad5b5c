"""What is known of each session: a file, from the login to the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from limen.enforcement.ssh.limen_ssh_host.places import RUN
from limen.enforcement.ssh.limen_ssh_host.processes import start_of
from limen.following.program.kept import write


def records() -> list[dict[str, Any]]:
    try:
        return [json.loads(path.read_text()) for path in RUN.path("sessions").iterdir() if path.name[0] != "."]
    except FileNotFoundError:
        return []


def record_of(pid: int) -> dict[str, Any] | None:
    """Of the session of this process of sshd; None: there is none."""
    return next((one for one in records() if one.get("pid") == pid and one.get("start") == start_of(pid)), None)


def keep(record: dict[str, Any]) -> None:
    path = _place(record)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(path, json.dumps(record))


def drop(record: dict[str, Any]) -> None:
    _place(record).unlink(missing_ok=True)


def is_in(account: str) -> bool:
    """Whether a session of this account is open."""
    return any(one["account"] == account and start_of(one["pid"]) == one["start"] for one in records())


def _place(record: dict[str, Any]) -> Path:
    return RUN.path("sessions") / f"{record['pid']}-{record['start']}"
