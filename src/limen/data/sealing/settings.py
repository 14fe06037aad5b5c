"""The part `[data.sealing]` of the section `[data]` of `limen.toml`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from limen.settings import Section


class Period(StrEnum):
    """How long one key seals."""

    QUARTER = "quarter"
    YEAR = "year"


class SealingSettings(Section):
    """Sealed files: which keys they are encrypted for, and where these are kept."""

    recovery: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    """Recovery keys, as `limen seal recovery-key` prints them: whatever is sealed opens with each of them, without
    Limen. Sealing needs one, and two for restricted files."""
    period: Period = Period.YEAR
    """How long one key seals files of a label: `year` or `quarter`. What was sealed in a period can be destroyed with
    its key."""
    keys: Annotated[str, Field(max_length=300)] = "database"
    """What protects sealing keys beside the master key: `database` (nothing more), `file:/absolute/folder` (a file for
    each), `systemd:NAME` (a credential), or `pkcs11:token=NAME?module-path=/library.so&pin-source=file:/pin` (a key in
    a token for each). What is changed here counts for new keys."""
    wait_hours: Annotated[int, Field(ge=1, le=720)] = 72
    """How long keys that `limen seal shred` names stay, unused, until they are destroyed for good."""
