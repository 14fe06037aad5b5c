"""Everything that is issued to or held by a person, a device or a workload, in one registry: each kind says its end.

A kind is declared once, by its part, and says for each cause what happens to it: it is ended, or it stays and the
reason is given. Whatever ends somebody's access asks the registry (`end`) and names no table. A kind that leaves a
cause out can't be made, a table with secrets of somebody that no kind speaks for stops the start, and two parts that
claim one kind are refused with both named.

Each kind says as well what is left of somebody afterwards (`remaining`), so that an end can be proved. A kind that
can't say stops the start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, Table, delete, func, inspect, or_, select

from limen.clock import Instant
from limen.declared import Declared
from limen.errors import LimenError
from limen.mail import store as mail_store
from limen.storage.database import Transaction
from limen.storage.tables import metadata

HOLDERS: Final = ("person_id", "owner_id", "device_id", "workload_id")
"""What columns are called that say whose a row is."""
SECRETS: Final = ("hash", "digest", "seed", "secret", "sealed", "token", "credential", "public_key", "private_key")
"""What the names of columns hold that are a secret, or what a secret is compared with; so are all bytes."""


class CredentialError(LimenError):
    """A kind of credential does not say all of how it ends, or nothing is declared at all."""


class Cause(StrEnum):
    """Why things end. `Ending` says whose."""

    DEACTIVATED = "deactivated"
    """Somebody was let go, or a workload revoked."""
    MOVED = "moved"
    """Their groups changed."""
    SIGNED_OUT = "signed_out"
    """All sessions and tokens were ended; nothing is known to be in other hands."""
    LOST = "lost"
    """A device is gone, and with it the passkey that `Ending.passkey` names."""
    STOLEN = "stolen"
    """Something of theirs is in other hands, or was used by somebody else ("this wasn't me")."""
    RESTORED = "restored"
    """A backup came back, which does not know what ended since. It is about everybody: `Ending.holder` is ""."""
    ERASED = "erased"
    """All that is theirs goes for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One time that things end. `holder` is the id of whoever held them, `by` of who ended it ("" for the server).

    `reason` is a word for the journal, `why` what somebody wrote of it. `passkey` is the lost one, `but_session` goes
    on, and `spared` are passkeys that are known to be in the right hands. `groups` are those that somebody who moved is
    in from now on, `left` those that they were in before.
    """

    cause: Cause
    now: Instant
    holder: str = ""
    by: str = ""
    reason: str = ""
    why: str = ""
    passkey: str = ""
    but_session: str = ""
    spared: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stays:
    """It is not ended, and this is the reason."""

    because: str


End: TypeAlias = Callable[[Transaction, Ending], int]
"""Ends what the holder has of one kind, and returns how many. Called again it finds nothing."""
How: TypeAlias = End | Stays
Remains: TypeAlias = Callable[[Connection, str, Instant], int]
"""`(connection, holder, now)`: how many of one kind the holder still has that have not ended."""
Alive: TypeAlias = Callable[[Any, Instant], ColumnElement[bool]]
"""`(columns of a table, now)`: which of its rows have not ended."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of one kind. `because`: why that opens nothing to whoever is not active; "": it has to end."""

    kind: str
    count: int
    because: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing is left by which access could go on."""
        return not self.count or bool(self.because)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialKind:
    """One kind. `name` is a plural in small letters; `table` is where it is kept, "" for what is in no table.

    `remains` counts what a holder has left: None for the rows of its table that name them, Stays for what is nobody's
    or can't be counted, with the reason why nobody's access goes on by it. `harmless` is why what is left of it opens
    nothing to whoever is not active ("": it has to end). Raises CredentialError where it does not say how it ends.
    """

    name: str
    table: str
    deactivated: How
    moved: How
    signed_out: How
    lost: How
    stolen: How
    restored: How
    erased: How
    remains: Remains | Stays | None = None
    harmless: str = ""

    def __post_init__(self) -> None:
        for cause in Cause:
            how = self.how(cause)
            if not (how.because.strip() if isinstance(how, Stays) else callable(how)):
                raise CredentialError(
                    f"the kind of credential {self.name} does not say how it ends at {cause}",
                    "give it a function that ends it, or Stays with the reason",
                )

    def how(self, cause: Cause) -> How:
        how: How = getattr(self, cause)
        return how

    def of(self, connection: Connection, holder: str, now: Instant) -> Remaining:
        """What is left of it. Raises CredentialError where its table says of no row whose it is."""
        if isinstance(self.remains, Stays):
            return Remaining(self.name, 0, self.remains.because)
        count = self.remains if self.remains is not None else rows_of(metadata.tables[self.table])
        return Remaining(self.name, count(connection, holder, now), self.harmless)


def staying(
    name: str, because: str, *, table: str = "", restored: How | None = None, remains: Remains | None = None
) -> CredentialKind:
    """A kind that is ended by nothing but time, or by the end of what it hangs on. `remains` where that can be counted:
    then it has to be none once that has ended.
    """
    stays = Stays(because)
    return CredentialKind(
        name=name,
        table=table,
        deactivated=stays,
        moved=stays,
        signed_out=stays,
        lost=stays,
        stolen=stays,
        restored=restored or stays,
        erased=stays,
        remains=remains or stays,
    )


def delete_rows(table: Table) -> End:
    """Ends what is kept in this table by deleting the holder's rows."""
    columns = [table.c[name] for name in HOLDERS if name in table.c]

    def work(transaction: Transaction, ending: Ending) -> int:
        whose = or_(*(column == ending.holder for column in columns))
        return int(transaction.connection.execute(delete(table).where(whose)).rowcount)

    return work


def rows_of(table: Table, alive: Alive | None = None) -> Remains:
    """Counts the holder's rows in this table, those that are `alive` where that is said. Raises CredentialError where
    no column says whose a row is.
    """
    columns = [table.c[name] for name in HOLDERS if name in table.c]
    if not columns:
        raise CredentialError(f"no column of {table.name} says whose a row is", "say what remains of somebody")

    def count(connection: Connection, holder: str, now: Instant) -> int:
        whose = or_(*(column == holder for column in columns))
        found = select(func.count()).select_from(table).where(whose, *([alive(table.c, now)] if alive else []))
        return int(connection.scalar(found) or 0)

    return count


def _drop_mails(transaction: Transaction, ending: Ending) -> int:
    return mail_store.drop(transaction.connection, ending.now, "withdrawn", person_id=ending.holder)


def _drop_all_mails(transaction: Transaction, ending: Ending) -> int:
    return mail_store.drop_all(transaction.connection, ending.now, "withdrawn")  # sent since, or its link is dead now


_OWN: Final = (
    CredentialKind(
        name="mails",
        table=mail_store.mails.name,
        deactivated=_drop_mails,
        moved=Stays("a mail is dropped with the link in it"),
        signed_out=_drop_mails,
        lost=_drop_mails,
        stolen=_drop_mails,
        restored=_drop_all_mails,
        erased=delete_rows(mail_store.mails),
        remains=rows_of(mail_store.mails, lambda columns, _now: columns.state == mail_store.MailState.QUEUED),
        harmless="a mail opens nothing: the link in it has ended",
    ),
    staying("break_glass", "it is root's on the server, lasts for minutes, and is in no backup"),
)
CREDENTIALS: Final[Declared[CredentialKind]] = Declared("kind of credential", {one.name: one for one in _OWN})
"""Every kind there is, by its name: Limen's own, then those of the parts, in their order."""


def end(transaction: Transaction, ending: Ending) -> dict[str, int]:
    """End what has to end, of every kind; how many of each. The event that says so is the caller's.

    Raises CredentialError where no part has declared what it issues: then nothing would end, and nobody would notice.
    """
    if not CREDENTIALS.parts:
        raise CredentialError("nothing is declared that could end", "take in the parts first (limen.pillars.pillars)")
    if bool(ending.holder) is (ending.cause is Cause.RESTORED):
        raise CredentialError("it is not said whose things end", "name the holder, or nobody after a restore")
    kinds: Iterable[CredentialKind] = CREDENTIALS.values()
    if ending.cause is Cause.RESTORED:  # an old database may be from before there were some
        tables = set(inspect(transaction.connection).get_table_names())
        kinds = [kind for kind in kinds if not kind.table or kind.table in tables]
    ended = {}
    for kind in kinds:
        how = kind.how(ending.cause)
        if not isinstance(how, Stays):
            ended[kind.name] = how(transaction, ending)
    return ended


def remaining(connection: Connection, holder: str, now: Instant) -> tuple[Remaining, ...]:
    """What is left of somebody, of every kind there is. Raises CredentialError where nothing is declared."""
    if not CREDENTIALS.parts:
        raise CredentialError(
            "nothing is declared that could remain", "take in the parts first (limen.pillars.pillars)"
        )
    return tuple(kind.of(connection, holder, now) for kind in CREDENTIALS.values())


def is_secret(column: Column[Any]) -> bool:
    """Whether a column holds a secret, or what one is compared with. Bytes do, unless the column says `is_plain`."""
    if column.info.get("is_plain"):
        return False
    return isinstance(column.type, LargeBinary) or any(word in column.name for word in SECRETS)


def unspoken_for(tables: Iterable[Table], kinds: Iterable[CredentialKind]) -> list[str]:
    """Those of these tables that hold secrets of somebody, and no kind says how they end."""
    named = {kind.table for kind in kinds}
    return [
        table.name
        for table in tables
        if table.name not in named
        and any(name in table.c for name in HOLDERS)
        and any(is_secret(column) for column in table.c)
    ]


def cannot_tell(kinds: Iterable[CredentialKind], tables: Iterable[Table]) -> list[str]:
    """Those of these kinds that can't say what remains of somebody."""
    held = {table.name for table in tables if any(name in table.c for name in HOLDERS)}
    return [kind.name for kind in kinds if kind.remains is None and kind.table not in held]
