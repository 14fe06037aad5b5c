"""Files of one firewall read together, whatever kind it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from limen.network.reading.aws import read_aws
from limen.network.reading.azure import read_azure
from limen.network.reading.cisco import read_cisco
from limen.network.reading.fortigate import read_fortigate
from limen.network.reading.gcp import read_gcp
from limen.network.reading.iptables import read_iptables
from limen.network.reading.json_documents import document_of, objects
from limen.network.reading.opnsense import read_opnsense
from limen.network.reading.paloalto import read_paloalto
from limen.network.reading.reading import Errs, Reading, UnreadableError, not_understood, together
from limen.network.reading.unifi import read_unifi
from limen.network.reading.windows import read_windows

MOST_FILES: Final = 20
_OF_6: Final = re.compile(r"ip6tables|ipv6-icmp|icmpv6|\s(?:-[sd]|--(?:src|dst)-range)\s+[0-9a-fA-F]*:", re.MULTILINE)


class File(NamedTuple):
    name: str
    text: str


def read_files(files: Sequence[File], kind: str = "") -> Reading:
    """`kind` is one of `KINDS`; "": what they look like. Raises UnreadableError."""
    if not 0 < len(files) <= MOST_FILES:
        raise UnreadableError(f"{len(files)} files are given", f"give from 1 to {MOST_FILES}")
    if kind and kind not in KINDS:
        raise UnreadableError(f"there is no kind {kind[:40]!r}", f"use one of {', '.join(KINDS)}")
    return KINDS[kind or kind_of(files)](files)


def kind_of(files: Sequence[File]) -> str:
    """What the first of them looks like, one of `KINDS`. Raises UnreadableError."""
    text = files[0].text
    if not text.lstrip().startswith(("{", "[")):
        for kind, look in _LOOKS.items():
            if look.search(text[:_LOOKED_AT]):
                return kind
        raise _unknown(files)
    document = document_of(files[0].text)
    if document.keys() & _OF_AWS:
        return "aws"
    if isinstance(document.get("policies"), list):
        return "unifi"
    if isinstance(document.get("filter"), dict) or isinstance(document.get("rows"), list):
        return "opnsense"
    for one in (one for key in ("", "value", "items") for one in objects(document, key)):
        if "securityRules" in one or "securityRules" in (one.get("properties") or ()):
            return "azure"
        if "allowed" in one or "denied" in one:
            return "gcp"
    raise _unknown(files)


def _unknown(files: Sequence[File]) -> UnreadableError:
    """What is taken for rules and is none would say that everything is open."""
    return UnreadableError(
        f"{files[0].name}: what kind of firewall it is of can't be told",
        f"give what the firewall's own tool prints, or say with --kind which it is: {', '.join(KINDS)}",
    )


def _read_iptables(files: Sequence[File]) -> Reading:
    """Packets of a family that no file is about are not known to be denied."""
    families = [6 if _OF_6.search(one.text) else 4 for one in files]
    if len(set(families)) < len(families):
        raise UnreadableError("two files are about the same family of addresses", "give one of IPv4 and one of IPv6")
    reading = together(read_iptables(one.text, one.name, family) for one, family in zip(files, families, strict=True))
    missing = [
        not_understood(f"IPv{one}", "no rules are given for it", Errs.TOO_CLOSED) for one in {4, 6} - {*families}
    ]
    return replace(reading, kind="iptables", not_understood=(*reading.not_understood, *missing))


def _texts(read: Callable[[str, str], Reading]) -> Callable[[Sequence[File]], Reading]:
    """Of a firewall that says all in one file."""

    def reading(files: Sequence[File]) -> Reading:
        if len(files) > 1:
            raise UnreadableError(
                f"{len(files)} files are given of one firewall", "give the one with its configuration"
            )
        return read(files[0].text, files[0].name)

    return reading


def _reader(read: Callable[..., Reading]) -> Callable[[Sequence[File]], Reading]:
    return lambda files: read(*(document_of(one.text) for one in files))


KINDS: Final[Mapping[str, Callable[[Sequence[File]], Reading]]] = {
    "iptables": _read_iptables,
    "aws": _reader(read_aws),
    "azure": _reader(read_azure),
    "gcp": _reader(read_gcp),
    "opnsense": _reader(read_opnsense),
    "unifi": _reader(read_unifi),
    "fortigate": _texts(read_fortigate),
    "paloalto": _texts(lambda text, _name: read_paloalto(text)),
    "cisco": _texts(read_cisco),
    "windows": _texts(read_windows),
}
_LOOKED_AT: Final = 4 << 20
_LOOKS: Final = {
    "paloalto": re.compile(r"\A\s*<"),
    "fortigate": re.compile(r"^\s*config (?:firewall|vdom|system)\b|\A#config-version=", re.MULTILINE),
    "windows": re.compile(
        r"^Rule Name: |netsh(?:\.exe)? advfirewall|^\s*New-NetFirewallRule\b", re.MULTILINE | re.IGNORECASE
    ),
    "cisco": re.compile(r"^(?:access-list \S|ip(?:v6)? access-list )", re.MULTILINE),
    "iptables": re.compile(r"^\s*(?:\*\w+\s*$|:\S+ \S|-[APN] \S|ip6?tables(?:-\w+)? )", re.MULTILINE),
}
"""What the text of a firewall is known by."""
_OF_AWS: Final = {"SecurityGroups", "NetworkAcls", "NetworkInterfaces", "Subnets", "PrefixLists"}
