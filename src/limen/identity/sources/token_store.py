"""Tokens of sources that tell Limen who there is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from limen.clock import Instant
from limen.credentials import CredentialKind, Ending, Stays
from limen.identity.errors import UnfitError, UnknownError
from limen.identity.events import record as tell
from limen.identity.sources.model import Source, SourceKind
from limen.storage.database import Snapshot, Transaction
from limen.storage.service_tokens import AT_ONCE, ServiceTokens, table_of_tokens

TOKENS: Final = ServiceTokens(table_of_tokens("source_tokens", "source"), "source", "st")
TABLES: Final = (TOKENS.table,)


def make(transaction: Transaction, source: Source, now: Instant, by: str) -> str:
    """A token, good for a year; this is the only moment at which it is known.

    Raises UnfitError for a source that is asked and does not tell, and where it has two already.
    """
    if source.kind is not SourceKind.SCIM:
        raise UnfitError("source", f"{source.title} is asked by Limen, so it has no token", "see people.yaml")
    if len(TOKENS.of(transaction.connection, source.id, now)) >= AT_ONCE:
        raise UnfitError("source", f"{source.title} has two tokens already", "end the old one first")
    token, token_id = TOKENS.make(transaction.connection, source.id, now)
    tell(transaction, now, "people_source.token_made", {"source": source.id, "token": token_id}, by=by)
    return token


def end(transaction: Transaction, token_id: str, now: Instant, by: str) -> None:
    """It opens nothing from now on. Raises UnknownError."""
    source = TOKENS.end(transaction.connection, token_id)
    if not source:
        raise UnknownError("token")
    tell(transaction, now, "people_source.token_ended", {"source": source, "token": token_id}, by=by)


def of_others(snapshot: Snapshot, declared: Collection[str], made_before: Instant) -> list[str]:
    """The IDs of those of sources that are not declared, if they were made before then."""
    every = TOKENS.every(snapshot.connection)
    return [one.id for one in every if one.service not in declared and one.made_at < made_before]


def _end_every(transaction: Transaction, _ending: Ending) -> int:
    return TOKENS.end_every(transaction.connection)


_NOBODYS: Final = Stays("it is a source's, and nobody's; whoever may administer ends it on the source's page")
KIND: Final = CredentialKind(
    name="source_tokens",
    table=TOKENS.table.name,
    deactivated=_NOBODYS,
    moved=_NOBODYS,
    signed_out=_NOBODYS,
    lost=_NOBODYS,
    stolen=_NOBODYS,
    remains=_NOBODYS,
    restored=_end_every,  # it creates accounts, and which were ended since, an old database does not know
    erased=_NOBODYS,
)
