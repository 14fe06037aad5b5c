"""Whether the system installs updates by itself: the package, its setting and its timer, all three."""

from __future__ import annotations

import re

from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.linux.os_release import is_like, os_release
from limen_agent.collectors.machine import Machine, text
from limen_agent.collectors.memory import Memory

_SETTING = re.compile(r'^(APT::Periodic::[A-Za-z-]+) "([^"]*)";$', re.MULTILINE)
_NEEDED = ("APT::Periodic::Unattended-Upgrade", "APT::Periodic::Update-Package-Lists")
_DNF_TIMERS = ("dnf-automatic-install.timer", "dnf5-automatic.timer", "dnf-automatic.timer")
_DNF_FILES = ("/etc/dnf/automatic.conf", "/etc/dnf/dnf5-plugins/automatic.conf")


def auto_updates(machine: Machine, memory: Memory) -> Observed:
    del memory
    release = os_release(machine)
    if is_like(release, "debian", "ubuntu"):
        return _by_apt(machine)
    if is_like(release, "fedora", "rhel", "centos"):
        return _by_dnf(machine)
    raise UndeterminedError("unsupported", f"how {release['ID']} updates itself is not known to this agent")


def _by_apt(machine: Machine) -> Observed:
    if not machine.exists("/usr/bin/unattended-upgrade"):
        return _off("unattended-upgrades is not installed")
    ran = machine.run("apt-config", "dump")
    if ran.code != 0 or "APT::Architecture " not in ran.out:
        raise UndeterminedError("unreadable", "what apt-config printed was not understood")
    said = dict(_SETTING.findall(ran.out))
    if missing := [name for name in _NEEDED if not is_often(said.get(name, "0"))]:
        return _off(f"{missing[0]} is off")
    if not is_enabled(machine, "apt-daily-upgrade.timer"):
        return _off("apt-daily-upgrade.timer is not enabled")
    return Observed({"enabled": True, "how": "unattended-upgrades"}, "unattended-upgrades is on, and so is its timer")


def _by_dnf(machine: Machine) -> Observed:
    on = [timer for timer in _DNF_TIMERS if is_enabled(machine, timer)]
    if not on:
        return _off("no timer of dnf-automatic is enabled")
    is_told = on[0] == "dnf-automatic-install.timer" or any(_applies(machine, file) for file in _DNF_FILES)
    if not is_told:
        return _off(f"{on[0]} is enabled, and apply_updates is not")
    return Observed({"enabled": True, "how": "dnf-automatic"}, f"{on[0]} is enabled, and installs what it finds")


def _applies(machine: Machine, file: str) -> bool:
    return machine.exists(file) and bool(
        re.search(r"^\s*apply_updates\s*=\s*(?:yes|true|1|on)\s*$", text(machine, file), re.MULTILINE | re.IGNORECASE)
    )


def is_enabled(machine: Machine, unit: str) -> bool:
    """By systemd's word; `disabled`, `masked` and `not-found` are words for no. Raises UndeterminedError."""
    ran = machine.run("systemctl", "is-enabled", unit)
    word = ran.out.strip()
    if word == "enabled" and ran.code == 0:
        return True
    if word in {"disabled", "masked", "masked-runtime", "not-found", "static", "enabled-runtime", "indirect"}:
        return False
    if "No such file or directory" in ran.err or "does not exist" in ran.err:
        return False
    raise UndeterminedError("unreadable", f"systemctl does not say whether {unit} is enabled")


def is_often(value: str) -> bool:
    """Whether APT::Periodic does it at all: a number of days, or `always`."""
    return value == "always" or bool(re.fullmatch(r"0*[1-9]\d*[smhd]?", value, re.ASCII))


def _off(evidence: str) -> Observed:
    return Observed({"enabled": False, "how": "none"}, evidence)
