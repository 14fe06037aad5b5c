"""What findings add to Limen's lists: events, tables, and how an exception ends."""

from __future__ import annotations

from typing import Final

from limen.credentials import CredentialKind, staying
from limen.data.findings.kinds import KINDS
from limen.data.findings.store import TABLES

CREDENTIALS: Final[tuple[CredentialKind, ...]] = (
    staying(
        "data_exceptions",
        "opens nothing: the same document of somebody who is signed in and permitted passes, until it ends",
        table="data_exceptions",
    ),
)
__all__ = ["CREDENTIALS", "KINDS", "TABLES"]
