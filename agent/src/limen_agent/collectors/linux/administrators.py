"""Who may become root: user id 0, the groups that sudo and polkit trust, and whoever sudoers names.

Whoever may run anything at all by sudo is counted: what a command lets somebody do can't be told from here.
"""

from __future__ import annotations

import re
from typing import Final

from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.machine import Machine, is_person, said_by, text, whole_lines
from limen_agent.collectors.memory import Memory

_GROUPS: Final = ("sudo", "wheel", "admin")
_DIRECTORIES: Final = re.compile(r"\b(?:sss|ldap|winbind|systemd-homed)\b")
_MOST_FILES: Final = 100
_ALIAS: Final = re.compile(r"User_Alias\s+(.*)", re.DOTALL)
_SKIPPED: Final = re.compile(r"(?:Defaults|Host_Alias|Cmnd_Alias|Cmd_Alias|Runas_Alias)\b")
_INCLUDE: Final = re.compile(r"[@#]include(dir)?\s+(.+)")
_NAMED: Final = 50


def administrators(machine: Machine, memory: Memory) -> Observed:
    del memory
    users, groups = read_users(whole_lines(machine, "/etc/passwd")), read_groups(whole_lines(machine, "/etc/group"))
    known = {gid for gid, _ in groups.values()}
    if any(gid not in known for uid, gid in users.values() if is_person(uid)):
        raise UndeterminedError("unreadable", "/etc/group lacks the group of somebody in /etc/passwd")
    _add_from_directories(machine, groups)
    sudoers = _sudoers(machine)
    trusted = {*_GROUPS, *(name.removeprefix("%") for name in sudoers if name.startswith("%"))}
    found = {name for name, (uid, _) in users.items() if uid == 0}
    for group in trusted & groups.keys():
        gid, members = groups[group]
        found |= members | {name for name, (_, own) in users.items() if own == gid}
    found |= {name for name in sudoers if not name.startswith("%")}
    names = sorted(found - {"root"})
    told = f"{said_by(names, 10)} may become root" if names else "nobody but root itself"
    return Observed({"names": [name[:64] for name in names[:_NAMED]], "count": len(names)}, told)


def read_users(passwd: str) -> dict[str, tuple[int, int]]:
    """User and group id by name (passwd(5))."""
    found = {}
    for line in passwd.splitlines():
        fields = line.split(":")
        if len(fields) == 7 and fields[2].isdigit() and fields[3].isdigit():
            found[fields[0]] = int(fields[2]), int(fields[3])
        elif line.strip() and not line.startswith(("#", "+", "-")):
            raise UndeterminedError("unreadable", "/etc/passwd was not understood")
    if "root" not in found:
        raise UndeterminedError("unreadable", "/etc/passwd names no root")
    return found


def read_groups(group: str) -> dict[str, tuple[int, set[str]]]:
    """Id and members by name (group(5))."""
    found = {}
    for line in group.splitlines():
        fields = line.split(":")
        if len(fields) == 4 and fields[2].isdigit():
            found[fields[0]] = int(fields[2]), {name for name in fields[3].split(",") if name}
        elif line.strip() and not line.startswith(("#", "+", "-")):
            raise UndeterminedError("unreadable", "/etc/group was not understood")
    if not found:
        raise UndeterminedError("unreadable", "/etc/group names no group")
    return found


def _add_from_directories(machine: Machine, groups: dict[str, tuple[int, set[str]]]) -> None:
    """Members that a directory adds, where the system asks one (nsswitch.conf(5))."""
    if not machine.exists("/etc/nsswitch.conf"):
        return
    asked = [line for line in text(machine, "/etc/nsswitch.conf").splitlines() if line.startswith("group:")]
    if not any(_DIRECTORIES.search(line) for line in asked):
        return
    ran = machine.run("getent", "group", *_GROUPS)
    if ran.code not in {0, 2}:  # 2: one of them is not there (getent(1))
        raise UndeterminedError("unreadable", "the directory of users does not answer")
    for name, (gid, members) in read_groups(ran.out).items() if ran.out.strip() else ():
        groups[name] = gid, members | groups.get(name, (gid, set()))[1]


def _sudoers(machine: Machine) -> set[str]:
    """Users, and groups with a %, that sudoers lets run something. Raises UndeterminedError where it can't be read."""
    if not machine.exists("/etc/sudoers"):
        return set()
    waiting, read, lines = ["/etc/sudoers"], set[str](), list[str]()
    while waiting:
        path = waiting.pop()
        if path in read:
            continue
        read.add(path)
        if len(read) > _MOST_FILES:
            raise UndeterminedError("unreadable", "sudoers includes too many files")
        for line in logical_lines(text(machine, path)):
            if included := _INCLUDE.fullmatch(line):
                waiting += _included(machine, included[2].strip().strip('"'), is_folder=bool(included[1]))
            else:
                lines.append(line)
    return read_sudoers(lines)


def _included(machine: Machine, path: str, *, is_folder: bool) -> list[str]:
    if not path.startswith("/") or "%" in path:
        raise UndeterminedError("unreadable", f"sudoers includes {path}")
    if not is_folder:
        return [path]
    if not machine.exists(path):
        return []
    return [f"{path}/{name}" for name in machine.names(path) if "." not in name and not name.endswith("~")]


def logical_lines(content: str) -> list[str]:
    """Lines joined where they go on, without comments; `#include` and a `#` before digits are none (sudoers(5))."""
    joined = re.sub(r"\\\n", " ", content)
    bare = [re.sub(r"(?<!\\)#(?!include(?:dir)?\b|\d).*$", "", line).strip() for line in joined.splitlines()]
    return [line for line in bare if line]


def read_sudoers(lines: list[str]) -> set[str]:
    """Whoever stands before the first `=` of a rule, aliases resolved."""
    aliases: dict[str, set[str]] = {}
    rules = []
    for line in lines:
        if alias := _ALIAS.fullmatch(line):
            for part in re.split(r"\s*:\s*", alias[1]):
                name, _, members = part.partition("=")
                aliases[name.strip()] = _listed(members)
        elif not _SKIPPED.match(line):
            rules.append(line)
    found: set[str] = set()
    for rule in rules:
        found |= _of_rule(rule)
    for _ in range(len(aliases)):
        for name in found & aliases.keys():
            found = (found - {name}) | aliases[name]
    return {_name(one) for one in found if not one.startswith("!")} - {"root", "%root"}


def _of_rule(rule: str) -> set[str]:
    """The users of `ida, %staff ALL = (ALL) ALL`: a list, then a list of hosts, then `=`."""
    before, is_rule, _ = rule.partition("=")
    listed = re.sub(r"\s*,\s*", ",", before.strip())
    words = re.findall(r'(?:\\.|"[^"]*"|[^\s"])+', listed)
    if not is_rule or len(words) != 2:
        raise UndeterminedError("unreadable", "a rule of sudoers was not understood")
    return _listed(words[0])


def _listed(text_: str) -> set[str]:
    return {one.strip() for one in text_.split(",") if one.strip()}


def _name(one: str) -> str:
    """Without what sudoers puts around a name: quotes and backslashes; %:group is a group of the directory."""
    bare = re.sub(r"\\(.)", r"\1", one.strip('"'))
    return "%" + bare.lstrip("%:") if bare.startswith("%") else bare
