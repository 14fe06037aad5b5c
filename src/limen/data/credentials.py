"""How what data keeps of somebody ends."""

from __future__ import annotations

from typing import Final

from limen.credentials import CredentialKind, staying

CREDENTIALS: Final[tuple[CredentialKind, ...]] = (
    staying(
        "data_allowed_values",
        "opens nothing: what one detector finds counts for nothing where somebody who is permitted sends it",
        table="data_allowed_values",
    ),
)
