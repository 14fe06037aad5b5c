"""What links of cloud drives add to Limen's lists: events, tables, and what becomes of them when somebody leaves."""

from __future__ import annotations

from typing import Final

from limen.credentials import CredentialKind, staying
from limen.data.links.kept_links import TABLES
from limen.data.links.kinds import KINDS

CREDENTIALS: Final[tuple[CredentialKind, ...]] = (
    staying(
        "data_links",
        "opens nothing here: it says what became of a link elsewhere. One that waits for a reason is taken away there",
        table="data_links",
    ),
)
__all__ = ["CREDENTIALS", "KINDS", "TABLES"]
