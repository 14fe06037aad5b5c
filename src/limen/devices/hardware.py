"""By what a machine is known to be the same one, whoever tells of it: its serial number and its hardware id."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from typing import Final

import msgspec

LONGEST_KEY: Final = 64
_SPACES: Final = re.compile(r"\s+")
_SAY_NOTHING: Final = frozenset(
    {
        "none",
        "unknown",
        "default",
        "defaultstring",
        "notspecified",
        "notapplicable",
        "notavailable",
        "tobefilledbyo.e.m.",
        "tobefilledbyoem",
        "systemserialnumber",
        "chassisserialnumber",
        "serialnumber",
        "invalid",
        "123456789",
        "1234567890",
        "0123456789",
    }
)
"""What makers leave in the place of a serial number: many machines have the same."""
_COMMON: Final = frozenset({"03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009"})
"""The same for hardware ids."""


def serial_of(written: str) -> str:
    """A serial number as it is compared; "" for what many machines have."""
    plain = _SPACES.sub("", written).casefold()
    if not 5 <= len(plain) <= LONGEST_KEY or plain in _SAY_NOTHING or len(set(plain)) < 3 or not plain.isascii():
        return ""
    return plain


def hardware_id_of(written: str) -> str:
    """A hardware UUID (SMBIOS, IOPlatformUUID) as it is compared; "" for what many machines have."""
    try:
        plain = str(uuid.UUID(written.strip()))
    except (ValueError, AttributeError):
        return ""
    return "" if plain in _COMMON or len(set(plain)) < 5 else plain


@lru_cache(20_000)
def keys_of(hardware: str) -> tuple[str, str]:
    """The serial number and the hardware id in what an agent told of its machine, which is JSON; "" where it does not
    say.
    """
    try:
        told = msgspec.json.decode(hardware or "{}")
    except msgspec.DecodeError:
        told = None
    if not isinstance(told, dict):
        return "", ""
    return serial_of(str(told.get("serial", ""))), hardware_id_of(str(told.get("uuid", "")))
