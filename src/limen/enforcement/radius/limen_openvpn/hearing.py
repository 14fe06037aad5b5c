"""What OpenVPN says over its management interface, read: who asks to come in, who came and went, and who is in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NUMBER = re.compile(r"[0-9]{1,10}")
MOST_LINES = 1_000
"""What OpenVPN says of one client at once: beyond that it is not read on."""
SAYS = ("untrusted_ip", "untrusted_ip6", "username", "password", "tls_digest_sha256_0", "X509_0_CN")
"""What is read of what OpenVPN says of a client."""


@dataclass(frozen=True)
class Asked:
    """OpenVPN says something of a client: CONNECT and REAUTH ask whether it may be in, ESTABLISHED and DISCONNECT tell.

    A client is a connection of its own (`cid`) and a key of it (`kid`). `said` is what of it counts; nothing, where
    something was said twice or without an end.
    """

    kind: str
    cid: str
    kid: str = ""
    said: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Present:
    """Who is in, by `cid`, and what OpenVPN calls them; None: not quite yet."""

    clients: dict[str, str | None]


class Hearing:
    """Reads one connection to OpenVPN, line by line."""

    def __init__(self) -> None:
        self._asked: Asked | None = None
        self._said: dict[str, str] = {}
        self._is_broken = False
        self._lines = 0
        self._columns: list[str] = []
        self._present: dict[str, str | None] | None = None

    def hear(self, line: str) -> Asked | Present | None:
        """What is said with this line; None: nothing yet, or nothing that counts."""
        if line.startswith(">CLIENT:ENV,"):
            return self._environment(line[len(">CLIENT:ENV,") :])
        if line.startswith(">CLIENT:"):
            self._begin(line[len(">CLIENT:") :])
            return None
        return None if line.startswith(">") else self._status(line)

    def _begin(self, about: str) -> None:
        kind, *words = about.split(",")
        self._asked, self._said, self._lines, self._is_broken = None, {}, 0, False
        numbers = {"CONNECT": 2, "REAUTH": 2, "ESTABLISHED": 1, "DISCONNECT": 1}.get(kind)
        if len(words) == numbers and all(map(NUMBER.fullmatch, words)):
            self._asked = Asked(kind, words[0], words[1] if numbers == 2 else "", self._said)

    def _environment(self, said: str) -> Asked | None:
        """A line of what it says of a client; what is said twice says nothing."""
        if said == "END":
            asked, self._asked = self._asked, None
            if self._is_broken:
                self._said.clear()
            self._said = {}  # whoever decides has the one before
            return asked
        name, is_said, value = said.partition("=")
        self._lines += 1
        if name in SAYS:
            self._is_broken = self._is_broken or not is_said or name in self._said
            self._said[name] = value
        self._is_broken = self._is_broken or self._lines > MOST_LINES
        return None

    def _status(self, line: str) -> Present | None:
        """Of `status 3` who is in."""
        words = line.split("\t")
        if words[:2] == ["HEADER", "CLIENT_LIST"]:
            self._columns, self._present = words[2:], {}
        elif words[0] == "CLIENT_LIST" and self._present is not None:
            one = dict(zip(self._columns, words[1:]))
            is_in = bool(one.get("Virtual Address") or one.get("Virtual IPv6 Address"))
            self._present[one.get("Client ID", "")] = one.get("Common Name", "") if is_in else None
        elif words == ["END"] and self._present is not None:
            present, self._present = Present(self._present), None
            return present
        return None
