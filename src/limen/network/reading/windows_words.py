"""Rules of the firewall of Windows in each way that they are written: commands of `netsh`, what `netsh` shows, and
commands of PowerShell. Each becomes the same words.

What `netsh` shows is read in English alone; elsewhere its words are others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from limen.network.reading.reading import MOST_BYTES, UnreadableError, refuse_beyond

Words: TypeAlias = Mapping[str, str]
"""By the name that `netsh` gives a condition (`dir`, `remoteip`) what a rule says of it."""
MOST_RULES: Final = 20_000
_MOST_LINES: Final = 500_000
_LONGEST: Final = 64_000
_PAIR: Final = re.compile(r'([A-Za-z]+)=(?:"([^"]*)"|(\S*))')
_GOES_ON: Final = re.compile(r"[`^]\r?\n")
"""How a command goes on in the next line, in PowerShell and in a batch file."""
_OF_NETSH: Final = re.compile(r"^\s*netsh(?:\.exe)?\s+advfirewall\s+", re.IGNORECASE)
_PARAMETER: Final = re.compile(
    r"""\s-([A-Za-z]+)(?:\s+((?:"[^"]*"|'[^']*'|[^\s,"'-][^\s,"']*)(?:\s*,\s*(?:"[^"]*"|'[^']*'|[^\s,"']+))*))?"""
)
_SHOWN: Final = re.compile(r"^([A-Z][A-Za-z ]{1,30}):\s*(.*)$")
_AS_SHOWN: Final = {
    "rule name": "name",
    "enabled": "enable",
    "direction": "dir",
    "profiles": "profile",
    "localip": "localip",
    "remoteip": "remoteip",
    "protocol": "protocol",
    "localport": "localport",
    "remoteport": "remoteport",
    "action": "action",
    "program": "program",
    "service": "service",
    "interfacetypes": "interfacetype",
    "security": "security",
    "rule source": "",
    "description": "",
    "grouping": "",
    "edge traversal": "",
}
_OF_POWERSHELL: Final = {
    "name": "id",
    "displayname": "name",
    "enabled": "enable",
    "direction": "dir",
    "profile": "profile",
    "localaddress": "localip",
    "remoteaddress": "remoteip",
    "protocol": "protocol",
    "icmptype": "icmptype",
    "localport": "localport",
    "remoteport": "remoteport",
    "action": "action",
    "program": "program",
    "service": "service",
    "interfacetype": "interfacetype",
    "interfacealias": "interface",
    "authentication": "security",
    "description": "",
    "group": "",
    "displaygroup": "",
    "edgetraversalpolicy": "",
    "policystore": "",
}


@dataclass
class Written:
    """`defaults`: by direction whether what no rule fits is let through, where `says_defaults` by these lines.
    `unread`: lines that are not understood.
    """

    rules: list[Words] = field(default_factory=list)
    defaults: dict[str, bool] = field(default_factory=lambda: {"in": False, "out": True})
    says_defaults: bool = False
    is_off: bool = False
    unread: list[tuple[int, str]] = field(default_factory=list)


def written(text: str) -> Written:
    """Raises UnreadableError."""
    refuse_beyond(len(text), MOST_BYTES, "bytes")
    lines = _GOES_ON.sub(" ", text).splitlines()
    refuse_beyond(len(lines), _MOST_LINES, "lines")
    found = Written()
    shown: dict[str, str] | None = None
    key = ""
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST:
            found.unread.append((number, line))
        elif _OF_NETSH.match(line):
            _netsh(_OF_NETSH.sub("", line), number, found)
        elif line.strip().lower().startswith("new-netfirewallrule"):
            found.rules.append(dict(_parameters(line)))
        elif said := _SHOWN.match(line):
            key = said[1].lower()
            if key == "rule name":
                shown = {}
                found.rules.append(shown)
            if shown is not None and key != "ok.":
                _shown(key, said[2].strip(), shown)
        elif shown is not None and key == "protocol" and line.strip():
            _type_shown(line.split(), shown)
        elif line.strip() and not line.lstrip().startswith((":", "#", "-", "rem ", "REM ", "@")) and shown is None:
            found.unread.append((number, line.strip()))
    refuse_beyond(len(found.rules), MOST_RULES, "rules")
    if not found.rules and not found.says_defaults:
        raise UnreadableError(
            "this holds no rules of the firewall of Windows",
            "give what `netsh advfirewall firewall show rule name=all verbose` prints in English",
        )
    return found


# netsh


def _netsh(command: str, number: int, found: Written) -> None:
    words = command.split()
    verbs = [one.lower() for one in words[:3]]
    said = {key.lower(): quoted or plain for key, quoted, plain in _PAIR.findall(command)}
    if verbs == ["firewall", "add", "rule"]:
        found.rules.append(said)
    elif verbs == ["firewall", "delete", "rule"]:
        found.rules[:] = [one for one in found.rules if not _is_named(one, said)]
    elif verbs == ["firewall", "set", "rule"] and said.get("enable", "").lower() == "no" and "group" not in said:
        found.rules[:] = [one | {"enable": "no"} if _is_named(one, said) else one for one in map(dict, found.rules)]
    elif verbs[:1] == ["set"] and verbs[1:2] in (["allprofiles"], ["currentprofile"]):
        _profile(verbs[2:3], words[3].lower() if len(words) > 3 else "", found)
    elif verbs[:1] == ["reset"]:
        found.rules.clear()
    elif verbs[:1] not in (["export"], ["show"], ["import"]):
        found.unread.append((number, f"netsh advfirewall {command}"))


def _is_named(rule: Words, said: Words) -> bool:
    wanted = said.get("name", "")
    return wanted.lower() == "all" or rule.get("name") == wanted


def _profile(what: list[str], value: str, found: Written) -> None:
    if what == ["state"]:
        found.is_off = value == "off"
    elif what == ["firewallpolicy"]:
        inward, _, outward = value.partition(",")
        found.says_defaults = True
        found.defaults = {"in": inward == "allowinbound", "out": outward != "blockoutbound"}


# What is shown


def _shown(key: str, value: str, rule: dict[str, str]) -> None:
    name = _AS_SHOWN.get(key, key)
    if name and value:
        rule[name] = value


def _type_shown(words: list[str], rule: dict[str, str]) -> None:
    """Below `Protocol:` a table of types and codes of ICMP."""
    if [one.lower() for one in words] == ["type", "code"] or len(words) != 2:
        return
    kind = f"{words[0]}:{words[1]}" if words[1].lower() != "any" else words[0]
    rule["icmptype"] = ",".join(one for one in (rule.get("icmptype", ""), kind) if one)


# PowerShell


def _parameters(line: str) -> Iterator[tuple[str, str]]:
    for name, value in _PARAMETER.findall(line):
        key = _OF_POWERSHELL.get(name.lower(), name.lower())
        if key:
            yield key, ",".join(one.strip().strip("\"'") for one in value.split(","))
