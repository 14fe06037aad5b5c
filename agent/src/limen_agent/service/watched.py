"""Which files tell that a check may have changed. They are watched by name; none but a collector opens them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from limen_agent.collectors.machine import User
from limen_agent.spool import SPOOL

FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "os": ("/etc/os-release", "/usr/lib/os-release", "/boot/"),
    "updates": (
        "/var/lib/dpkg/status",
        "/var/lib/apt/lists/",
        "/var/lib/apt/periodic/",
        "/run/reboot-required",
        "/var/lib/rpm/",
        "/usr/lib/sysimage/rpm/",
        "/boot/",
    ),
    "auto_updates": (
        "/etc/apt/apt.conf.d/",
        "/etc/dnf/automatic.conf",
        "/etc/systemd/system/timers.target.wants/",
        "/usr/bin/unattended-upgrade",
    ),
    "firewall": ("/etc/ufw/", "/etc/nftables.conf", "/etc/firewalld/"),
    "anti_malware": ("/etc/clamav/", "/etc/clamd.d/", "/var/lib/clamav/", "/run/clamav/"),
    "administrators": ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/sudoers", "/etc/sudoers.d/"),
    "threats": (f"{SPOOL}/", "/etc/clamav/clamd.conf"),
}
"""What ends in a slash is a folder: whatever changes in it counts, but nothing deeper."""
_OF_A_PERSON: Final = (".config/dconf/",)
"""Where a desktop keeps the settings of its screen lock."""


class Watched:
    """The files of each check as folders to watch, and back."""

    def __init__(self, files: Mapping[str, Iterable[str]], people: Iterable[User] = ()) -> None:
        self._by_path: dict[str, set[str]] = {}
        for check, paths in files.items():
            for path in paths:
                self._by_path.setdefault(path, set()).add(check)
        for person in people:
            for place in _OF_A_PERSON:
                self._by_path.setdefault(f"{person.home}/{place}", set()).add("screen_lock")

    def folders(self) -> set[str]:
        """Those that are there. A file is watched by its folder: editors replace files instead of writing to them."""
        return {folder for folder in map(os.path.dirname, self._by_path) if Path(folder).is_dir()}

    def checks(self, changed: Iterable[str]) -> set[str]:
        """Which checks rest on one of the changed paths."""
        found: set[str] = set()
        for path in changed:
            found |= self._by_path.get(path, set()) | self._by_path.get(f"{os.path.dirname(path)}/", set())
        return found
