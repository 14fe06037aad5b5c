"""Which updates wait, and for how long. Nothing is fetched or installed: apt only simulates, dnf reads its cache."""

from __future__ import annotations

import re
from typing import Any, Final

from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.linux.operating_system import in_order, kernels
from limen_agent.collectors.linux.os_release import is_like, os_release
from limen_agent.collectors.machine import DAY_S, Machine, Ran
from limen_agent.collectors.memory import Memory

_LISTS: Final = "/var/lib/apt/lists"
_READ_BY_APT: Final = (
    "/var/lib/dpkg/status",
    "/var/lib/apt/extended_states",
    "/var/lib/apt/lists/",
    "/etc/apt/",
    "/etc/apt/apt.conf.d/",
    "/etc/apt/preferences.d/",
    "/etc/apt/sources.list.d/",
)
_FETCHED: Final = ("/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/periodic/update-stamp")
_DNF_CACHES: Final = ("/var/cache/libdnf5", "/var/cache/dnf")
_INST: Final = re.compile(r"Inst (\S+) (?:\[[^\]]*\] )?\((\S+) ([^)]*)\)")
_SUM: Final = re.compile(
    r"^(\d+) upgraded, (\d+) newly installed, (\d+) to remove and \d+ not upgraded\.$", re.MULTILINE
)
_SECURITY: Final = re.compile(r"security", re.IGNORECASE)
_PACKAGE: Final = re.compile(r"[\w.+:~-]+", re.ASCII)
_ADVISORY: Final = re.compile(r"^\S+\s+(?:\S+/Sec\.|security\s+\S+)\s+(\S+)", re.MULTILINE)


def updates(machine: Machine, memory: Memory) -> Observed:
    release = os_release(machine)
    if is_like(release, "debian", "ubuntu"):
        pending, security, age_days = by_apt(machine, memory)
    elif is_like(release, "fedora", "rhel", "centos"):
        pending, security, age_days = by_dnf(machine)
    else:
        raise UndeterminedError("unsupported", f"how {release['ID']} is updated is not known to this agent")
    now = int(machine.now())
    first = memory.first_seen(security, now)
    # What these lists already named waits at least as long as they have been here.
    oldest = None if first is None else max((now - first) // DAY_S, age_days)
    values: dict[str, Any] = {
        "pending": len(pending),
        "security": len(security),
        "oldest_days": oldest,
        "lists_age_days": age_days,
        "restart_needed": restart_needed(machine),
    }
    waits = f", {len(security)} of them for security" if pending else ""
    return Observed(values, f"{len(pending)} updates wait{waits}; the lists are {age_days} days old")


def by_apt(machine: Machine, memory: Memory) -> tuple[set[str], set[str], int]:
    """What waits, what of it is for security, and how old the lists are in days.

    Apt takes seconds of a whole core to say it, and says the same while the files that it reads are the same.
    """
    files = machine.names(_LISTS)
    if not any(file.endswith(("InRelease", "_Release")) and "security" in file for file in files):
        raise UndeterminedError(
            "unreadable", "apt's lists name no source of security updates; `apt-get update` fetches them"
        )
    if not any("security" in file and "_Packages" in file for file in files):
        raise UndeterminedError("unreadable", "the list of security updates is missing; `apt-get update` fetches it")
    quiet = ("-o", "Debug::NoLocking=true", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=")

    def simulated() -> tuple[set[str], set[str]]:
        # What somebody put on hold waits as well: else a hold on everything would be a pass.
        return read_apt(machine.run("apt-get", "-s", "--ignore-hold", *quiet, "dist-upgrade", seconds=120))

    rests_on = read_by_apt(machine)
    pending, security = memory.same("updates", rests_on, simulated) if rests_on else simulated()
    return pending, security, age_of_lists(machine, files)


def read_by_apt(machine: Machine) -> tuple[tuple[str, float], ...]:
    """Every file that apt's answer rests on, with when it was changed; none where that can't be told of each."""
    found = [one for one in _READ_BY_APT if machine.exists(one.rstrip("/"))]
    folders = [one for one in found if one.endswith("/")]
    try:
        found += [f"{folder}{name}" for folder in folders for name in machine.names(folder.rstrip("/"))]
        return tuple((one, machine.modified(one.rstrip("/"))) for one in sorted(found))
    except UndeterminedError:
        return ()


def read_apt(ran: Ran) -> tuple[set[str], set[str]]:
    """What apt would install. Its own sum must agree, else not all of it was understood."""
    if ran.code != 0:
        raise UndeterminedError(ran.reason, f"apt-get ended with {ran.code}")
    sums = _SUM.findall(ran.out)
    found = [_INST.match(line) for line in ran.out.splitlines() if line.startswith("Inst")]
    understood = [one for one in found if one is not None]
    if len(sums) != 1 or len(understood) != len(found) or len(understood) != int(sums[0][0]) + int(sums[0][1]):
        raise UndeterminedError("unreadable", "what apt-get printed was not understood")
    pending = {one[1] for one in understood}
    return pending, {one[1] for one in understood if _SECURITY.search(one[3])}


def age_of_lists(machine: Machine, files: list[str]) -> int:
    """Days since the lists were surely fetched: a stamp of apt's timer, or the newest list's own date.

    apt dates a list as its server does, so a list is never fresher than this says.
    """
    dated = [f"{_LISTS}/{file}" for file in files if file.endswith("InRelease") and "security" in file]
    dated += [stamp for stamp in _FETCHED if machine.exists(stamp)]
    return age_in_days(machine, dated)


def age_in_days(machine: Machine, paths: list[str]) -> int:
    """Of the newest. One that lies in the future says nothing."""
    now = machine.now()
    times = [at for at in (machine.modified(path) for path in paths) if 0 < at <= now + 3600]
    if not times:
        raise UndeterminedError("unreadable", "how old the lists of updates are can't be told")
    return max(0, int(now - max(times)) // DAY_S)


def by_dnf(machine: Machine) -> tuple[set[str], set[str], int]:
    """As `by_apt`, from dnf's cache as it is."""
    check = machine.run("dnf", "-q", "-C", "check-update", seconds=120)
    pending = read_dnf_pending(check)
    listed = machine.run("dnf", "-q", "-C", "updateinfo", "list", "--security", seconds=120)
    security = read_dnf_security(listed)
    return pending | security, security, age_in_days(machine, dnf_lists(machine))


def read_dnf_pending(ran: Ran) -> set[str]:
    """Dnf says by its code whether any wait: 100 for some, 0 for none."""
    if ran.code not in {0, 100}:
        raise UndeterminedError(ran.reason, f"dnf ended with {ran.code}")
    before, _, _ = ran.out.partition("Obsoleting")
    rows = [line.split() for line in before.splitlines() if line.strip()]
    if not all(len(row) == 3 and "." in row[0] and _PACKAGE.fullmatch(row[0]) for row in rows):
        raise UndeterminedError("unreadable", "what dnf printed was not understood")
    if (ran.code == 100) != bool(rows):
        raise UndeterminedError("unreadable", "what dnf printed does not fit what it ended with")
    return {row[0].rpartition(".")[0] for row in rows}


def read_dnf_security(ran: Ran) -> set[str]:
    """Packages by name, from `FEDORA-2026-1a2b Important/Sec. openssl-3.2-1.fc42.x86_64`, or dnf 5's columns."""
    if ran.code != 0:
        raise UndeterminedError(ran.reason, f"dnf ended with {ran.code}")
    lines = [line for line in ran.out.splitlines() if line.strip() and not line.startswith("Name ")]
    found = _ADVISORY.findall(ran.out)
    if len(found) != len(lines) or not all(_PACKAGE.fullmatch(one) and one.count("-") >= 2 for one in found):
        raise UndeterminedError("unreadable", "what dnf printed was not understood")
    return {one.rsplit("-", 2)[0] for one in found}


def dnf_lists(machine: Machine) -> list[str]:
    found = []
    for cache in _DNF_CACHES:
        if machine.exists(cache):
            for name in machine.names(cache):
                path = f"{cache}/{name}/repodata/repomd.xml"
                found += [path] if machine.exists(path) else []
    return found


def restart_needed(machine: Machine) -> bool:
    """The system says so, or a newer kernel waits than the one that runs."""
    if machine.exists("/run/reboot-required") or machine.exists("/var/run/reboot-required"):
        return True
    running, newest = kernels(machine)
    return newest is not None and in_order(newest) > in_order(running)
