"""A directory that the old system takes its people from, as a source in people.yaml. Its password never comes along."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from limen.configuration.list_text import said
from limen.printable import is_printable

_NAME: Final = re.compile(r"[!-~ ]{1,300}")


@dataclass(frozen=True, slots=True)
class LdapDirectory:
    """What the old system says of it. `base` is where everything is, `below` where people are (in `base`, or whole)."""

    address: str
    is_active_directory: bool = False
    base: str = ""
    user: str = ""
    below: str = ""
    search: str = ""
    title: str = ""


def source_text(source: str, title: str, directory: LdapDirectory) -> tuple[str, frozenset[str]]:
    """people.yaml with this source alone, and which fields of `directory` stand in it; "" and none where it can't be
    told how to reach it. Groups are mapped by hand: the source owns none.
    """
    address = _address(directory.address)
    people = _below(directory.below, directory.base)
    if not address or not people or not _is_plain(directory.user):
        return "", frozenset()
    taken = {"address", "below", "base", "user", "is_active_directory"}
    ldap: dict[str, object] = {"url": address, "bind_as": directory.user, "people": [people]}
    lines = [
        "# From an import. `limen people-source preview` shows whom it would add, change or deactivate; add its groups",
        "# to `groups` and `owns` once it is right.",
        "sources:",
        f"  - id: {source}",
        "    kind: ldap",
        f"    title: {said(directory.title or title)}",
        "    owns: [name, email, active]",
        "    ldap:",
        *(f"      {key}: {said(value)}" for key, value in ldap.items()),
    ]
    return "\n".join(lines) + "\n", frozenset(taken)


def _address(text: str) -> str:
    """`ldap://` or `ldaps://` with a host: what else is written before or behind it is left out."""
    try:
        parts = urlsplit(text.split(maxsplit=1)[0] if text.strip() else "")
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"ldap", "ldaps"} or not host or not re.fullmatch(r"[a-z0-9.-]{1,250}", host):
        return ""
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def _below(below: str, base: str) -> str:
    if not _is_plain(below):
        return base if _is_plain(base) else ""
    return below if not base or below.lower().endswith(base.lower()) else f"{below},{base}"


def _is_plain(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and is_printable(text)
