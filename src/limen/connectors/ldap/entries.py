"""Entries of a directory as they were answered: bounded, in bytes, under names of attributes in small letters."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen.connectors.vendor_client import VendorError

LONGEST_DN: Final = 2_000
LONGEST_TEXT: Final = 500
"""Of a value that is read as text, in characters; a longer one counts as none."""
_DISABLED: Final = 2
"""ADS_UF_ACCOUNTDISABLE of `userAccountControl` (MS-ADTS section 2.2.16)."""
_LONGEST_NUMBER: Final = 20
_PART: Final = re.compile(
    r"\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*="
    r"\s*((?:[^\\,+;\"#]|\\[0-9A-Fa-f]{2}|\\.|(?<![=\s])#)*)(?:([,+])|$)",
    re.DOTALL,
)
"""One part of a name, and what stands between it and the next."""
_TRAILING: Final = re.compile(r"(?<!\\) +$")
_ESCAPED: Final = re.compile(rb"\\(?:([0-9A-Fa-f]{2})|(.))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was answered of one entry: its distinguished name, and the values of what was asked for."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]]

    def all(self, name: str) -> tuple[bytes, ...]:
        return self.values.get(name.casefold(), ())

    def text(self, *names: str) -> str:
        """The first readable text under these names, "" for none. A broken or too long one counts as none."""
        for name in names:
            for value in self.all(name)[:1]:
                if text := _readable(value):
                    return text
        return ""

    def number(self, name: str) -> int | None:
        """A whole number (RFC 4517 section 3.3.16); None where there is none."""
        text = self.text(name)
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdigit() and len(text) <= _LONGEST_NUMBER else None

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(_readable(value).casefold() for value in self.all("objectClass"))


def entry_of(answered: Mapping[str, Any]) -> Entry:
    """What ldap3 answered, where it is an entry; the root's name is "". Raises VendorError where a name is none."""
    dn = answered["dn"]
    if not isinstance(dn, str) or len(dn) > LONGEST_DN:
        raise VendorError("garbage")
    said = answered["raw_attributes"]
    return Entry(dn, {str(name).casefold(): tuple(values) for name, values in said.items() if values})


def lasting_id(entry: Entry) -> str:
    """What never changes of an account, whatever it is called and wherever it is moved: in Active Directory
    `objectGUID` (MS-ADA3), elsewhere `entryUUID` (RFC 4530). "": the directory tells neither.
    """
    for value in entry.all("objectGUID")[:1]:
        return f"objectGUID:{uuid.UUID(bytes_le=value)}" if len(value) == 16 else ""
    try:
        return f"entryUUID:{uuid.UUID(entry.text('entryUUID'))}"
    except ValueError:
        return ""


def is_disabled(entry: Entry) -> bool:
    """Whether Active Directory says so."""
    return bool((entry.number("userAccountControl") or 0) & _DISABLED)


def dn_key(dn: str) -> str:
    """What two ways of writing one distinguished name have in common (RFC 4514, RFC 4517 caseIgnoreMatch).

    Of what is no such name, and of values that are written as BER, it is the text itself in small letters.
    """
    parts, at = [], 0
    while (found := _PART.match(dn, at)) is not None:
        kind, value, between = found.groups()
        parts.append(f"{kind.casefold()}={_unescaped(value).casefold()!r}{between or ''}")
        at = found.end()
        if not between:
            return "".join(parts)
    return dn.casefold()


def parent_of(dn: str) -> str:
    """The name of the entry above; "" where there is none, or where the name is none."""
    at = 0
    while (found := _PART.match(dn, at)) is not None:
        at, between = found.end(), found[3]
        if between == ",":
            return dn[at:].strip()
        if not between:
            break
    return ""


def _unescaped(value: str) -> str:
    """A value of a name without its escapes (RFC 4514 section 2.4)."""
    bare = _TRAILING.sub("", value).encode("utf-8", "surrogateescape")
    plain = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else found[2], bare)
    return plain.decode("utf-8", "surrogateescape")


def _readable(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return ""
    return text if len(text) <= LONGEST_TEXT else ""
