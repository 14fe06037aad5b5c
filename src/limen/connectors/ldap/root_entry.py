"""What a directory says of itself, in its root entry (RFC 4512 section 5.1): whether it is Active Directory, and how
far its changes are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.connectors.ldap.connection import Asked
from limen.connectors.ldap.searching import one_entry

_ACTIVE_DIRECTORY: Final = b"1.2.840.113556.1.4.800"
"""LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS section 3.1.1.3.4.3.1)."""
_ASKED: Final = (
    "supportedCapabilities",
    "supportedControl",
    "namingContexts",
    "defaultNamingContext",
    "dsServiceName",
    "highestCommittedUSN",
    "vendorName",
)


@dataclass(frozen=True, slots=True)
class RootEntry:
    """`server` tells domain controllers apart, whose counts of changes differ; "" where it is none."""

    is_active_directory: bool = False
    controls: frozenset[str] = frozenset()
    contexts: tuple[str, ...] = ()
    server: str = ""
    highest_change: int = 0
    vendor: str = ""


async def root_entry(asked: Asked) -> RootEntry:
    """Raises VendorError. A directory that hides its root entry is none of Microsoft's."""
    entry = await one_entry(asked, "", _ASKED)
    if entry is None:
        return RootEntry()
    texts = [value.decode(errors="replace") for value in entry.all("namingContexts")]
    first = entry.text("defaultNamingContext")
    return RootEntry(
        is_active_directory=_ACTIVE_DIRECTORY in entry.all("supportedCapabilities"),
        controls=frozenset(value.decode(errors="replace") for value in entry.all("supportedControl")),
        contexts=tuple(dict.fromkeys([*([first] if first else []), *texts])),
        server=entry.text("dsServiceName"),
        highest_change=entry.number("highestCommittedUSN") or 0,
        vendor=entry.text("vendorName")[:80],
    )
