"""Windows: recorded, not run on the system. Written after the documentation of its classes; see agent/README.md.

Each question is one script of PowerShell that answers one JSON object with the keys that are asked for, so that an
empty answer is never taken for an empty list. Numbers and GUIDs are compared, never words: words are translated.
"""

from __future__ import annotations

import re
from typing import Any, Final

from limen_agent.bounded_json import read_object
from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.collector import Collectors
from limen_agent.collectors.machine import DAY_S, Machine, said_by
from limen_agent.collectors.memory import Memory
from limen_agent.printable import one_line

_LONGEST: Final = 1024 * 1024
_SECURITY: Final = frozenset({"0fa1201d-4330-4fa8-8ae9-b877473b6441", "e6cf1350-c01b-414d-a61f-263d14d133b4"})
"""Update categories: security updates, critical updates (Microsoft Update, documented classification GUIDs)."""
_SERVICES: Final = {
    "CSFalconService": "crowdstrike",
    "Sense": "defender",
    "SentinelAgent": "sentinelone",
    "WazuhSvc": "wazuh",
    "HuntressAgent": "huntress",
}
_RUNNING: Final = 4
"""ServiceControllerStatus.Running."""
_BLOCK: Final = 4
_ALLOW: Final = 2
"""NetFirewallProfile.DefaultInboundAction."""

_BEGIN: Final = "$ErrorActionPreference='Stop';[Console]::OutputEncoding=[Text.Encoding]::UTF8;"
_OS: Final = (
    "$o=Get-CimInstance Win32_OperatingSystem;"
    "$u=(Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion').UBR;"
    "$answer=@{version=$o.Version;ubr=$u}"
)
_UPDATES: Final = (
    "$s=New-Object -ComObject Microsoft.Update.Session;"
    "$r=$s.CreateUpdateSearcher().Search('IsInstalled=0 and IsHidden=0');"
    "$a=(New-Object -ComObject Microsoft.Update.AutoUpdate).Results.LastSearchSuccessDate;"
    "$answer=@{code=$r.ResultCode;searched=[int64](Get-Date $a -UFormat %s);"
    "restart=(Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate"
    "\\Auto Update\\RebootRequired');"
    "updates=@($r.Updates|%{@{id=$_.Identity.UpdateID;categories=@($_.Categories|%{$_.CategoryID})}})}"
)
_AUTO: Final = "$answer=@{level=(New-Object -ComObject Microsoft.Update.AutoUpdate).Settings.NotificationLevel}"
_DISKS: Final = (
    "$answer=@{volumes=@(Get-CimInstance -Namespace root/cimv2/Security/MicrosoftVolumeEncryption"
    " -Class Win32_EncryptableVolume|"
    "%{@{letter=$_.DriveLetter;type=$_.VolumeType;protection=$_.ProtectionStatus;conversion=$_.ConversionStatus}})}"
)
_LOCK: Final = (
    "$p='HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System';"
    "$answer=@{policy_s=(Get-ItemProperty $p).InactivityTimeoutSecs}"
)
_FIREWALL: Final = (
    "$answer=@{profiles=@(Get-NetFirewallProfile -PolicyStore ActiveStore|"
    "%{@{name=$_.Name;enabled=[int]$_.Enabled;inbound=[int]$_.DefaultInboundAction}})}"
)
_MALWARE: Final = (
    "$m=Get-MpComputerStatus;$answer=@{on=$m.AntivirusEnabled;service=$m.AMServiceEnabled;real_time=$m.RealTimeProtectionEnabled;"
    "version=$m.AMProductVersion;age=[int64]$m.AntivirusSignatureAge}"
)
_EDR: Final = "$answer=@{services=@(Get-Service|%{@{name=$_.Name;status=[int]$_.Status}})}"
_BOOT: Final = "$answer=@{on=(Confirm-SecureBootUEFI)}"
_ADMINS: Final = "$answer=@{members=@(Get-LocalGroupMember -SID S-1-5-32-544|%{@{name=$_.Name;sid=$_.SID.Value}})}"
_THREATS: Final = (
    "$answer=@{threats=@(Get-MpThreat|?{$_.IsActive}|%{$t=$_;$d=(Get-MpThreatDetection -ThreatID $t.ThreatID|"
    "sort InitialDetectionTime|select -First 1);"
    "@{name=$t.ThreatName;at=[int64](Get-Date $d.InitialDetectionTime -UFormat %s)}})}"
)


def operating_system(machine: Machine, memory: Memory) -> Observed:
    del memory
    said = _ask(machine, _OS)
    version, revision = said["version"], _number(said["ubr"])
    if not isinstance(version, str) or not re.fullmatch(r"10\.0\.\d{5}", version, re.ASCII):
        raise _not_understood()
    kernel = f"{version}.{revision}"
    values = {"name": "windows", "version": version, "supported_until": None, "kernel": kernel, "newest_kernel": None}
    return Observed(values, f"Windows {kernel}")


def updates(machine: Machine, memory: Memory) -> Observed:
    said = _ask(machine, _UPDATES, seconds=300)
    if _number(said["code"]) != 2:  # orcSucceeded of OperationResultCode
        raise UndeterminedError("unreadable", "Windows Update could not search")
    now, searched = int(machine.now()), _number(said["searched"])
    found = {
        _text(one["id"]): {_text(name).casefold() for name in _list(one["categories"])}
        for one in _list(said["updates"])
    }
    security = [id_ for id_, categories in found.items() if categories & _SECURITY]
    if not 0 < searched <= now + 3600:
        raise UndeterminedError("unreadable", "when Windows Update last searched can't be told")
    first = memory.first_seen(security, now)
    values = {
        "pending": len(found),
        "security": len(security),
        "oldest_days": None if first is None else (now - first) // DAY_S,
        "lists_age_days": max(0, now - searched) // DAY_S,
        "restart_needed": _flag(said["restart"]),
    }
    return Observed(values, f"{len(found)} updates wait, {len(security)} of them for security")


def auto_updates(machine: Machine, memory: Memory) -> Observed:
    """AutomaticUpdatesNotificationLevel: 4 installs, 1 to 3 do not, 0 is not configured."""
    del memory
    level = _number(_ask(machine, _AUTO)["level"])
    if level not in {1, 2, 3, 4}:
        raise UndeterminedError("unreadable", "Windows Update does not say how it is set")
    return Observed({"enabled": level == 4, "how": "windows"}, f"Windows Update's notification level is {level}")


def disk_encryption(machine: Machine, memory: Memory) -> Observed:
    """Of the system's volume (type 0) and all fixed ones (1): protected, and encrypted to its end."""
    del memory
    fixed = {
        _text(one["letter"]): one for one in _list(_ask(machine, _DISKS)["volumes"]) if _number(one["type"]) in {0, 1}
    }
    if not any(_number(one["type"]) == 0 for one in fixed.values()):
        raise UndeterminedError("unreadable", "BitLocker names no volume of the system")
    if any(_number(one["protection"]) not in {0, 1} for one in fixed.values()):
        raise UndeterminedError("unreadable", "BitLocker does not know of a volume that is locked")
    is_on = {letter: one["protection"] == 1 and _number(one["conversion"]) == 1 for letter, one in fixed.items()}
    plain = [letter for letter, on in is_on.items() if not on]
    volumes = [{"mount": letter[:100], "encrypted": on} for letter, on in is_on.items()]
    values = {"encrypted": not plain, "how": "none" if plain else "bitlocker", "volumes": volumes}
    return Observed(
        values, f"not encrypted: {said_by(plain)}" if plain else f"BitLocker protects {said_by(list(is_on))}"
    )


def screen_lock(machine: Machine, memory: Memory) -> Observed:
    """By the policy of the machine; what each user set is in their own registry, which the service does not read."""
    del memory
    after_s = _ask(machine, _LOCK)["policy_s"]
    if after_s is None or _number(after_s) <= 0:
        raise UndeterminedError(
            "no_session", "no policy of this machine locks the screen; what its users set is not told"
        )
    return Observed({"enabled": True, "after_s": after_s}, f"a policy locks the screen after {after_s} s")


def firewall(machine: Machine, memory: Memory) -> Observed:
    del memory
    profiles = {_text(one["name"]): one for one in _list(_ask(machine, _FIREWALL)["profiles"])}
    if len(profiles) != 3:
        raise UndeterminedError("unreadable", "Windows Firewall has three profiles, and did not name them")
    numbers = [(_number(one["enabled"]), _number(one["inbound"])) for one in profiles.values()]
    if any(enabled not in {0, 1} or inbound not in {_BLOCK, _ALLOW} for enabled, inbound in numbers):
        raise UndeterminedError("unreadable", "Windows Firewall does not say what is in force")
    off = [name for name, state in zip(profiles, numbers, strict=True) if state != (1, _BLOCK)]
    values = {"enabled": not off, "how": "windows"}
    return Observed(
        values, f"these profiles let in: {said_by(off)}" if off else "every profile blocks what comes in unasked"
    )


def anti_malware(machine: Machine, memory: Memory) -> Observed:
    del memory
    said = _ask(machine, _MALWARE)
    is_on, age = _flag(said["on"]) and _flag(said["service"]), _number(said["age"])
    values = {
        "running": is_on,
        "product": "defender",
        "version": one_line(_text(said["version"]), 40),
        "signatures_age_days": age if 0 <= age < 65535 else None,  # 65535: never
        "real_time": _flag(said["real_time"]),
    }
    return Observed(values, f"Microsoft Defender is {'on' if is_on else 'off'}; its signatures are {age} days old")


def edr(machine: Machine, memory: Memory) -> Observed:
    del memory
    services = _list(_ask(machine, _EDR)["services"])
    if not services:
        raise UndeterminedError("unreadable", "Windows names no service")
    status = {_text(one["name"]): _number(one["status"]) for one in services}
    found = sorted(product for name, product in _SERVICES.items() if status.get(name) == _RUNNING)
    return Observed({"running": bool(found), "products": found}, said_by(found) or "no sensor runs")


def secure_boot(machine: Machine, memory: Memory) -> Observed:
    del memory
    is_on = _flag(_ask(machine, _BOOT)["on"])
    return Observed({"enabled": is_on}, f"the firmware says that Secure Boot is {'on' if is_on else 'off'}")


def administrators(machine: Machine, memory: Memory) -> Observed:
    """Members of the group of administrators, which has this SID in any language, without the built-in (…-500)."""
    del memory
    members = {_text(one["name"]): _text(one["sid"]) for one in _list(_ask(machine, _ADMINS)["members"])}
    if not members or not all(sid.startswith("S-1-") for sid in members.values()):
        raise UndeterminedError("unreadable", "the group of administrators seems to be empty")
    names = sorted(one_line(name.rpartition("\\")[2], 64) for name, sid in members.items() if not sid.endswith("-500"))
    return Observed({"names": names[:50], "count": len(names)}, said_by(names, 10) or "only the built-in account")


def threats(machine: Machine, memory: Memory) -> Observed:
    del memory
    now = int(machine.now())
    found = [
        {"name": one_line(_text(one["name"]), 120), "at": min(now, max(0, _number(one["at"])))}
        for one in _list(_ask(machine, _THREATS)["threats"])
    ]
    return Observed({"active": found[:20]}, said_by([str(one["name"]) for one in found]) or "nothing is left uncleared")


def _ask(machine: Machine, script: str, seconds: float = 60) -> dict[str, Any]:
    """What a script answers. A key that is missing, or of another kind, makes the check unknown."""
    whole = f"{_BEGIN}{script};ConvertTo-Json -Compress -Depth 5 $answer"
    ran = machine.run("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", whole, seconds=seconds)
    if ran.code != 0:
        raise UndeterminedError(ran.reason, f"PowerShell ended with {ran.code}")
    try:
        return read_object(ran.out.lstrip("\ufeff"), longest=_LONGEST)
    except ValueError:
        raise _not_understood() from None


def _number(value: Any) -> int:
    if type(value) is not int:
        raise _not_understood()
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise _not_understood()
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _not_understood()
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _not_understood()
    return value


def _not_understood() -> UndeterminedError:
    return UndeterminedError("unreadable", "what PowerShell printed was not understood")


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
