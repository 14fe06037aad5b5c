"""What `status` tells: the last report, what Limen answered, what went wrong, when the next one is due.

Nothing of it is secret, and the service puts a copy where the device's owner can read it.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from limen_agent.bounded_json import read_object
from limen_agent.errors import AgentError
from limen_agent.state.enrolment import Enrolment
from limen_agent.state.folder import LONGEST_FILE, StateFolder, write_durably

NAME: Final = "record.json"
SHARED: Final = Path("/run/limen-agent/status.json")


@dataclass(slots=True)
class Record:
    """Times are seconds since 1970; 0 where there was none. `ended` is why Limen wants no more reports."""

    reported_at: int = 0
    next_at: int = 0
    seq: int = 0
    checks: list[dict[str, Any]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    problem_at: int = 0
    fix: str = ""
    ended: str = ""
    nonce: str = ""

    def keep(self, folder: StateFolder) -> None:
        folder.write_json(NAME, asdict(self))

    def went_wrong(self, what: str, fix: str, at: int) -> None:
        self.problem, self.fix, self.problem_at = what, fix, at

    def went_well(self) -> None:
        self.problem, self.fix, self.problem_at, self.ended = "", "", 0, ""


def read_record(folder: StateFolder) -> Record:
    """Where it is damaged, an empty one: nothing rests on it but what people are shown."""
    try:
        return _record(folder.read_json(NAME))
    except AgentError:
        return Record()


def share(enrolment: Enrolment, record: Record, shared: Path | None) -> None:
    """Put what the owner may know where an ordinary user can read it; best effort."""
    if shared is None or not shared.parent.is_dir():
        return
    said = {"enrolment": asdict(enrolment), "record": {**asdict(record), "nonce": ""}}
    with suppress(OSError):
        write_durably(shared, json.dumps(said, ensure_ascii=False).encode(), mode=0o644)


def read_shared(shared: Path = SHARED) -> tuple[Enrolment, Record] | None:
    """What the service of this machine shared; None where there is none, or it is not root's."""
    try:
        descriptor = os.open(shared, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            if os.fstat(opened.fileno()).st_uid not in {0, os.geteuid()}:
                return None
            found = read_object(opened.read(LONGEST_FILE), longest=LONGEST_FILE, deepest=16)
        said = found["enrolment"]
        for name in ("origins", "agent_ports"):
            said[name] = tuple(said[name])
        return Enrolment(**said), _record(found["record"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _record(found: dict[str, Any]) -> Record:
    usual = Record()
    known = {name: found[name] for name in asdict(usual) if type(found.get(name)) is type(getattr(usual, name))}
    return Record(**known)
