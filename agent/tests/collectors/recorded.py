"""A machine made of recorded outputs: what files hold and tools print, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from limen_agent.collectors.check import Check, UndeterminedError
from limen_agent.collectors.machine import Program, Ran, User
from limen_agent.collectors.tools import printed

NOW = 1_790_000_000.0
DAY = 86_400
IDA = User(1000, 1000, "ida", "/home/ida")

Printed = Ran | UndeterminedError


@dataclass(frozen=True)
class Recorded:
    """Tools are known by their first word, or by all of them where one prints different things."""

    files: Mapping[str, bytes | UndeterminedError] = field(default_factory=dict)
    tools: Mapping[str, Printed] = field(default_factory=dict)
    sockets: Mapping[tuple[str, bytes], bytes] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    devices: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    running: tuple[Program, ...] = (Program(1, "systemd", 0, "/usr/lib/systemd/systemd"),)
    sessions: tuple[User, ...] = (IDA,)
    root: bool = True

    def now(self) -> float:
        return NOW

    def is_root(self) -> bool:
        return self.root

    def exists(self, path: str) -> bool:
        return path in self.files or path in self.links or any(one.startswith(f"{path}/") for one in self.files)

    def read(self, path: str, longest: int = 1024 * 1024) -> bytes:
        found = self.files.get(path)
        if found is None:
            raise UndeterminedError("missing_tool", f"{path} is not there")
        if isinstance(found, UndeterminedError):
            raise found
        if len(found) > longest:
            raise UndeterminedError("unreadable", "too long")
        return found

    def names(self, folder: str) -> list[str]:
        found = {path[len(folder) + 1 :].partition("/")[0] for path in self.files if path.startswith(f"{folder}/")}
        if not found and folder not in self.files:
            raise UndeterminedError("missing_tool", f"{folder} is not there")
        return sorted(found - {"."})

    def modified(self, path: str) -> float:
        return self.times.get(path, NOW - 60)

    def linked(self, path: str) -> str:
        return self.links.get(path, path)

    def device(self, path: str) -> tuple[int, int]:
        if path not in self.devices:
            raise UndeterminedError("unreadable", f"{path} is not a block device")
        return self.devices[path]

    def run(self, *words: str, **_: Any) -> Ran:
        found = self.tools.get(" ".join(words), self.tools.get(words[0]))
        if found is None:
            raise UndeterminedError("missing_tool", f"{words[0]} is not installed")
        if isinstance(found, UndeterminedError):
            raise found
        return printed(words[0], found.code, found.out.encode(), found.err.encode())

    def ask(self, path: str, question: bytes, **_: Any) -> bytes:
        if (path, question) not in self.sockets:
            raise UndeterminedError("missing_tool", f"{path} is not there")
        return self.sockets[path, question]

    def programs(self) -> list[Program]:
        return list(self.running)

    def people(self) -> list[User]:
        return list(self.sessions)

    # the same machine, with something else on it

    def with_file(self, path: str, content: bytes | str | UndeterminedError) -> Recorded:
        return replace(self, files={**self.files, path: content.encode() if isinstance(content, str) else content})

    def without(self, *paths: str) -> Recorded:
        kept = {path: one for path, one in self.files.items() if path not in paths}
        return replace(self, files=kept, links={path: one for path, one in self.links.items() if path not in paths})

    def with_tool(self, name: str, printed: Printed | str) -> Recorded:
        return replace(self, tools={**self.tools, name: Ran(0, printed) if isinstance(printed, str) else printed})

    def with_answer(self, path: str, question: bytes, answer: bytes) -> Recorded:
        return replace(self, sockets={**self.sockets, (path, question): answer})


def is_good(check: Check) -> bool:
    """Whether a baseline would let it pass. Of administrators: whether fewer are named than there are (ida)."""
    if check.state != "observed":
        return False
    seen = check.observed
    match check.id:
        case "os":
            return seen["supported_until"] is not None and seen["newest_kernel"] in {None, seen["kernel"]}
        case "updates":
            return seen["security"] == 0 and not seen["restart_needed"] and seen["lists_age_days"] < 7
        case "auto_updates" | "screen_lock" | "firewall" | "secure_boot":
            return bool(seen["enabled"])
        case "disk_encryption":
            return bool(seen["encrypted"])
        case "anti_malware":
            return (
                bool(seen["running"]) and seen["signatures_age_days"] is not None and seen["signatures_age_days"] <= 7
            )
        case "edr":
            return bool(seen["running"])
        case "administrators":
            return "ida" not in seen["names"]
        case _:
            return not seen["active"]


KEYS = {
    "os": {"name", "version", "supported_until", "kernel", "newest_kernel"},
    "updates": {"pending", "security", "oldest_days", "lists_age_days", "restart_needed"},
    "auto_updates": {"enabled", "how"},
    "disk_encryption": {"encrypted", "how", "volumes"},
    "screen_lock": {"enabled", "after_s"},
    "firewall": {"enabled", "how"},
    "anti_malware": {"running", "product", "version", "signatures_age_days", "real_time"},
    "edr": {"running", "products"},
    "secure_boot": {"enabled"},
    "administrators": {"names", "count"},
    "threats": {"active"},
}


def is_well_formed(check: Check) -> bool:
    """As the contract says: exactly these keys where it was observed, else a reason; evidence in one line."""
    said = check.said()
    if len(said.get("evidence", "")) > 300 or not said.get("evidence", "").isprintable():
        return False
    if check.state == "observed":
        return set(said["observed"]) == KEYS[check.id] and "reason" not in said
    return "observed" not in said and (check.state == "not_applicable") == ("reason" not in said)
