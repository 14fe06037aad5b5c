"""macOS: recorded, not run on the system. Written after the documented output of its tools; see agent/README.md.

`alf` of osquery is empty since macOS 15, and screen lock is told to its user alone: what is not told is unknown.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any, Final

from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.collector import Collectors
from limen_agent.collectors.machine import DAY_S, Machine, Ran, said_by
from limen_agent.collectors.memory import Memory

_UPDATES: Final = "/Library/Preferences/com.apple.SoftwareUpdate"
_XPROTECT: Final = "/Library/Apple/System/Library/CoreServices/XProtect.bundle/Contents/Info.plist"
_LABEL: Final = re.compile(r"^\* Label: (.+)\n\s+Title: .*?(?:Action: (restart))?,?\s*$", re.MULTILINE)
_LOCK: Final = re.compile(r"screenLock (?:delay )?is (immediate|off|(\d{1,6}) seconds)\s*$", re.MULTILINE)
_SECURE_BOOT: Final = re.compile(r"^\s*Secure Boot: (Full|Medium|Reduced|Permissive|No) Security\s*$", re.MULTILINE)
_SENSORS: Final = {
    "crowdstrike": "/Library/SystemExtensions/*/com.crowdstrike.falcon.Agent.systemextension/*",
    "defender": "/Library/SystemExtensions/*/com.microsoft.wdav.epsext.systemextension/*",
    "sentinelone": "/Library/Sentinel/*/sentineld",
    "wazuh": "/Library/Ossec/bin/wazuh-agentd",
}


def operating_system(machine: Machine, memory: Memory) -> Observed:
    del memory
    said = dict(re.findall(r"^(\w+):[ \t]+(.+)$", _done(machine.run("sw_vers"), "sw_vers"), re.MULTILINE))
    version, name = said.get("ProductVersion", ""), said.get("ProductName", "")
    if not re.fullmatch(r"\d+(\.\d+){0,3}", version, re.ASCII) or name not in {"macOS", "Mac OS X"}:
        raise _not_understood("sw_vers")
    kernel = _done(machine.run("uname", "-r"), "uname").strip()
    if not re.fullmatch(r"\d+\.\d+[\w.-]*", kernel, re.ASCII):
        raise _not_understood("uname")
    values = {"name": "macos", "version": version, "supported_until": None, "kernel": kernel, "newest_kernel": None}
    return Observed(values, f"{name} {version}")


def updates(machine: Machine, memory: Memory) -> Observed:
    """Everything that Apple recommends counts as for security: it does not tell them apart here."""
    ran = machine.run("softwareupdate", "--list", seconds=180)
    said = _done(ran, "softwareupdate") + ran.err
    found = _LABEL.findall(said)
    if not found and "No new software available." not in said:
        raise _not_understood("softwareupdate")
    if len(found) != len(re.findall(r"^\*", said, re.MULTILINE)):
        raise _not_understood("softwareupdate")
    now = int(machine.now())
    first = memory.first_seen((label for label, _ in found), now)
    values: dict[str, Any] = {
        "pending": len(found),
        "security": len(found),
        "oldest_days": None if first is None else (now - first) // DAY_S,
        "lists_age_days": 0,
        "restart_needed": any(action for _, action in found),
    }
    return Observed(values, f"{len(found)} updates wait")


def auto_updates(machine: Machine, memory: Memory) -> Observed:
    del memory
    names = ("AutomaticallyInstallMacOSUpdates", "CriticalUpdateInstall")
    flags = {name: _flag(machine, name) for name in names}
    off = [name for name, is_on in flags.items() if not is_on]
    values = {"enabled": not off, "how": "macos"}
    return Observed(values, f"{said_by(off)} is off" if off else "updates are installed by themselves")


def disk_encryption(machine: Machine, memory: Memory) -> Observed:
    del memory
    lines = _done(machine.run("fdesetup", "status"), "fdesetup").strip().splitlines()
    if not lines or lines[0].strip() not in {"FileVault is On.", "FileVault is Off."}:
        raise _not_understood("fdesetup")
    is_on = lines == ["FileVault is On."]  # a further line tells of an encryption that goes on, or is being undone
    values = {
        "encrypted": is_on,
        "how": "filevault" if is_on else "none",
        "volumes": [{"mount": "/", "encrypted": is_on}],
    }
    return Observed(values, " ".join(lines))


def screen_lock(machine: Machine, memory: Memory) -> Observed:
    del memory
    if machine.is_root():
        raise UndeterminedError("no_session", "screen lock is told to its user alone")
    ran = machine.run("sysadminctl", "-screenLock", "status")
    found = _LOCK.findall(_done(ran, "sysadminctl") + ran.err)
    if len(found) != 1:
        raise _not_understood("sysadminctl")
    is_on = found[0][0] != "off"
    return Observed({"enabled": is_on, "after_s": None}, f"the screen lock is {found[0][0]}, once the screen sleeps")


def firewall(machine: Machine, memory: Memory) -> Observed:
    del memory
    said = _done(machine.run("socketfilterfw", "--getglobalstate"), "socketfilterfw")
    found = re.findall(r"^Firewall is (enabled|disabled)\. \(State = ([012])\)", said, re.MULTILINE)
    if len(found) != 1 or (found[0][0] == "disabled") != (found[0][1] == "0"):
        raise _not_understood("socketfilterfw")
    return Observed({"enabled": found[0][1] != "0", "how": "macos"}, f"the firewall is {found[0][0]}")


def anti_malware(machine: Machine, memory: Memory) -> Observed:
    """XProtect goes with Gatekeeper; its signatures are as old as its bundle."""
    del memory
    said = _done(machine.run("spctl", "--status"), "spctl", codes={0, 1}).strip()
    if said not in {"assessments enabled", "assessments disabled"}:
        raise _not_understood("spctl")
    version = _done(machine.run("defaults", "read", _XPROTECT, "CFBundleShortVersionString"), "defaults").strip()
    if not re.fullmatch(r"\d{1,10}", version, re.ASCII):
        raise _not_understood("defaults")
    age = int(machine.now() - machine.modified(_XPROTECT)) // DAY_S
    values = {
        "running": said == "assessments enabled",
        "product": "xprotect",
        "version": version,
        "signatures_age_days": age if age >= 0 else None,
        "real_time": None,
    }
    return Observed(values, f"XProtect {version}; Gatekeeper: {said}")


def edr(machine: Machine, memory: Memory) -> Observed:
    del memory
    programs = machine.programs()
    if not programs:
        raise UndeterminedError("unreadable", "no running program can be seen")
    found = {
        product
        for program in programs
        for product, file in _SENSORS.items()
        if program.uid == 0 and ".." not in program.file and fnmatchcase(program.file, file)
    }
    return Observed({"running": bool(found), "products": sorted(found)}, said_by(sorted(found)) or "no sensor runs")


def secure_boot(machine: Machine, memory: Memory) -> Observed:
    del memory
    said = _done(machine.run("system_profiler", "SPiBridgeDataType", seconds=60), "system_profiler")
    found = _SECURE_BOOT.findall(said)
    if len(found) != 1:
        raise _not_understood("system_profiler")
    return Observed({"enabled": found[0] in {"Full", "Medium"}}, f"Secure Boot: {found[0]} Security")


def administrators(machine: Machine, memory: Memory) -> Observed:
    del memory
    said = _done(machine.run("dscl", ".", "-read", "/Groups/admin", "GroupMembership"), "dscl").split()
    if said[:1] != ["GroupMembership:"] or "root" not in said:
        raise _not_understood("dscl")
    names = sorted({name for name in said[1:] if name != "root"})
    return Observed({"names": names[:50], "count": len(names)}, said_by(names, 10) or "nobody but root itself")


def threats(machine: Machine, memory: Memory) -> Observed:
    del machine, memory
    raise UndeterminedError("unsupported", "XProtect does not tell what it found")


def _flag(machine: Machine, name: str) -> bool:
    said = _done(machine.run("defaults", "read", _UPDATES, name), "defaults").strip()
    if said not in {"0", "1"}:
        raise _not_understood("defaults")
    return said == "1"


def _done(ran: Ran, tool: str, codes: set[int] | None = None) -> str:
    if ran.code not in (codes or {0}):
        raise UndeterminedError(ran.reason, f"{tool} ended with {ran.code}")
    return ran.out


def _not_understood(tool: str) -> UndeterminedError:
    return UndeterminedError("unreadable", f"what {tool} printed was not understood")


COLLECTORS: Final[Collectors] = {
    "os": operating_system,
    "updates": updates,
    "auto_updates": auto_updates,
    "disk_encryption": disk_encryption,
    "screen_lock": screen_lock,
    "firewall": firewall,
    "anti_malware": anti_malware,
    "edr": edr,
    "secure_boot": secure_boot,
    "administrators": administrators,
    "threats": threats,
}
