"""Which system this is, until when its maker supports it, and whether its newest kernel is the one that runs."""

from __future__ import annotations

import re
from typing import Any

from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.linux.os_release import os_release
from limen_agent.collectors.machine import Machine, text
from limen_agent.collectors.memory import Memory

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KERNEL = re.compile(r"\d+\.\d+[\w.+~-]*", re.ASCII)


def operating_system(machine: Machine, memory: Memory) -> Observed:
    del memory
    release = os_release(machine)
    version = release.get("VERSION_ID", "")
    until = supported_until(machine, release)
    running, newest = kernels(machine)
    values: dict[str, Any] = {
        "name": release["ID"],
        "version": version[:40],
        "supported_until": until,
        "kernel": running,
        "newest_kernel": newest,
    }
    told = f"supported until {until}" if until else "this system doesn't say until when it is supported"
    return Observed(values, f"{release.get('PRETTY_NAME', release['ID'])}; {told}; kernel {running}")


def supported_until(machine: Machine, release: dict[str, str]) -> str | None:
    """By the system's own word (os-release(5), SUPPORT_END), or by distro-info-data; None where neither knows."""
    if _DAY.fullmatch(said := release.get("SUPPORT_END", "")):
        return said
    try:
        table = text(machine, f"/usr/share/distro-info/{release['ID']}.csv")
    except UndeterminedError:
        return None
    head, *rows = [line.split(",") for line in table.splitlines() if line]
    for row in rows:
        known = dict(zip(head, row, strict=False))
        is_it = known.get("version", "").split(" ")[0] == release.get("VERSION_ID") != ""
        if is_it and _DAY.fullmatch(known.get("eol", "")):
            return known["eol"]
    return None


def kernels(machine: Machine) -> tuple[str, str | None]:
    """The one that runs, and the newest that is installed; None where none is, as in a container."""
    running = text(machine, "/proc/sys/kernel/osrelease", 4096).strip()
    if not _KERNEL.fullmatch(running):
        raise UndeterminedError("unreadable", "the kernel doesn't say its version")
    try:
        files = machine.names("/boot")
    except UndeterminedError:
        return running, None
    installed = [file.removeprefix("vmlinuz-") for file in files if file.startswith("vmlinuz-")]
    versions = [one for one in installed if _KERNEL.fullmatch(one) and "rescue" not in one]
    return running, max(versions, key=in_order, default=None)


def in_order(version: str) -> tuple[tuple[int, int | str], ...]:
    """Numbers by their value, words by their letters: 6.12.9 comes before 6.12.10."""
    words = re.findall(r"\d+|[a-z]+", version.casefold())
    return tuple((1, int(word)) if word.isdigit() else (0, word) for word in words)
