"""Sign-ins of people at apps, by whatever protocol: each hangs on a sign-in session, and its app is told when it ends.

Callers hold the transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import DAY, Instant
from limen.events import Event
from limen.facts import Session
from limen.pillar import Core
from limen.storage import metadata
from limen.storage.tables import rows_called

MOST_OF_A_SESSION: Final = 100
"""Sign-ins of one session at one app. A page that renews silently every five minutes has as many in eight hours."""
ENDED_ARE_KEPT: Final = 7 * DAY
MOST_ENDED: Final = 20
"""How long, and how many of each person at most, ended sign-ins are there to be shown."""
UNHEARD_ARE_KEPT: Final = 90 * DAY
"""How long it is known that an app never heard of an end."""
NEVER: Final[Instant] = 2**62
"""When an app is told again that was told as often as anybody is."""
_AT_ONCE: Final = 500

app_sign_ins = Table(
    "app_sign_ins",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("app", String(40), nullable=False),
    Column("person_id", String(40), nullable=False),
    Column("session_id", String(40), nullable=False),
    Column("scope", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False, server_default="0"),
    Column("turn", BigInteger, nullable=False, server_default="0"),
    Column("turned_at", BigInteger, nullable=False, server_default="0"),
    Column("repeats", BigInteger, nullable=False, server_default="0"),
    Column("decision", String(40), nullable=False, server_default=""),
    Column("name_id", String(254), nullable=False, server_default=""),
    info=rows_called("sign-in at an app", "sign-ins at apps"),
)
"""One sign-in of one person at one app: everything that was issued for it ends with it, and it with its session."""
Index("ix_app_sign_ins_session_id", app_sign_ins.c.session_id)
Index("ix_app_sign_ins_person_id", app_sign_ins.c.person_id)

app_logouts = Table(
    "app_logouts",
    metadata,
    Column("sign_in_id", String(40), primary_key=True),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", BigInteger, nullable=False, server_default="0"),
)
"""Sign-outs that an app has still to be told of, or (`NEVER`) did not hear."""

TABLES: Final = (app_logouts, app_sign_ins)
_SIGN_IN_OF: Final = select(app_sign_ins).where(app_sign_ins.c.id == bindparam("of_id"))
"""Asked at each token, so it is put together once."""
_OF_TURN: Final = update(app_sign_ins).where(
    app_sign_ins.c.id == bindparam("of_id"), app_sign_ins.c.turn == bindparam("of_turn"), app_sign_ins.c.ended_at == 0
)
_NEXT_TURN: Final = _OF_TURN.values(turn=bindparam("to_turn"), turned_at=bindparam("now"), repeats=0)
_REPEAT_TURN: Final = _OF_TURN.where(app_sign_ins.c.repeats < bindparam("most")).values(
    repeats=app_sign_ins.c.repeats + 1
)


@dataclass(frozen=True, slots=True)
class AppSignIn:
    """A row of `app_sign_ins`. `decision` is the one by which it began, `name_id` who the app was told by SAML it is.

    `turn` counts the refreshes: which refresh tokens were used last, first at `turned_at`, and so often once more since
    (`repeats`). A sign-in without refresh tokens stays at 0.
    """

    id: str
    app: str
    person_id: str
    session_id: str
    scope: str
    at: Instant
    ended_at: Instant = 0
    turn: int = 0
    turned_at: Instant = 0
    repeats: int = 0
    decision: str = ""
    name_id: str = ""


def add(connection: Connection, sign_in: AppSignIn) -> None:
    values = {name: getattr(sign_in, name) for name in AppSignIn.__slots__}
    connection.execute(insert(app_sign_ins).values(**values))


def say_begun(core: Core, sign_in: AppSignIn, entry_point: str, session: Session) -> None:
    """Journal that somebody signed in there, how strongly, and by which decision."""
    details: dict[str, str | int | bool] = {
        "app": sign_in.app,
        "by": entry_point,
        "strength": session.auth.strength,
        "decision": sign_in.decision,
    }
    core.journal.record(
        Event(
            at=core.clock.now(),
            kind="sso.signed_in",
            actor=sign_in.person_id,
            subject=sign_in.person_id,
            session=sign_in.session_id,
            address=session.address,
            details=details,
        )
    )


def next_turn(connection: Connection, sign_in_id: str, turn: int, now: Instant) -> bool:
    """Refresh tokens of this turn begin to be used. False where they had: of any number at once one is first."""
    values = {"of_id": sign_in_id, "of_turn": turn - 1, "to_turn": turn, "now": now}
    return connection.execute(_NEXT_TURN, values).rowcount == 1


def repeat_turn(connection: Connection, sign_in_id: str, turn: int, most: int) -> bool:
    """A refresh token of the turn that was used last is used once more. False where that is over, or was too often."""
    values = {"of_id": sign_in_id, "of_turn": turn, "most": most}
    return connection.execute(_REPEAT_TURN, values).rowcount == 1


def one_too_many(connection: Connection, sign_in: AppSignIn) -> list[str]:
    """The oldest of this session at this app, of which there would be too many with this one: whoever signs in without
    end loses their own.
    """
    mine = (app_sign_ins.c.session_id == sign_in.session_id) & (app_sign_ins.c.app == sign_in.app)
    still = select(app_sign_ins.c.id).where(mine, app_sign_ins.c.ended_at == 0).order_by(app_sign_ins.c.at)
    held = list(connection.scalars(still))
    return held[: max(0, len(held) - MOST_OF_A_SESSION + 1)]


def sign_in_of(connection: Connection, sign_in_id: str) -> AppSignIn | None:
    row = connection.execute(_SIGN_IN_OF, {"of_id": sign_in_id}).mappings().one_or_none()
    return None if row is None else of_row(row)


def open_sign_ins(connection: Connection, person_id: str = "", app: str = "") -> list[AppSignIn]:
    """Every sign-in that has not ended, of everybody or of one person, at any app or at one, the oldest first."""
    chosen = select(app_sign_ins).where(app_sign_ins.c.ended_at == 0).order_by(app_sign_ins.c.at)
    if person_id:
        chosen = chosen.where(app_sign_ins.c.person_id == person_id)
    if app:
        chosen = chosen.where(app_sign_ins.c.app == app)
    return [of_row(row) for row in connection.execute(chosen).mappings()]


def ended_sign_ins(connection: Connection, person_id: str) -> list[AppSignIn]:
    """Those of one person that ended lately, the newest first."""
    mine = select(app_sign_ins).where(app_sign_ins.c.person_id == person_id, app_sign_ins.c.ended_at > 0)
    chosen = mine.order_by(app_sign_ins.c.ended_at.desc(), app_sign_ins.c.id).limit(MOST_ENDED)
    return [of_row(row) for row in connection.execute(chosen).mappings()]


def forget_ended(connection: Connection, now: Instant, busy: Select[Any]) -> int:
    """Forget ended ones, but for the newest of each person, and `busy`: the IDs of those that are needed yet."""
    held = app_sign_ins.c
    old = select(held.id).where(held.ended_at > 0, held.ended_at < now - UNHEARD_ARE_KEPT)
    connection.execute(delete(app_logouts).where(app_logouts.c.due_at == NEVER, app_logouts.c.sign_in_id.in_(old)))
    place = func.row_number().over(partition_by=held.person_id, order_by=(held.ended_at.desc(), held.id)).label("place")
    ended = select(held.id, place).where(held.ended_at > now - ENDED_ARE_KEPT).subquery()
    shown = select(ended.c.id).where(ended.c.place <= MOST_ENDED)
    gone = delete(app_sign_ins).where(held.ended_at > 0, held.id.not_in(busy), held.id.not_in(shown))
    return connection.execute(gone).rowcount


def end(connection: Connection, sign_in_ids: Sequence[str], now: Instant) -> list[AppSignIn]:
    """End these sign-ins with all that was issued for them, and note that their apps are to be told.

    Returns those that ended by this.
    """
    ended = []
    for some in in_parts(sign_in_ids):
        chosen = select(app_sign_ins).where(app_sign_ins.c.id.in_(some), app_sign_ins.c.ended_at == 0)
        found = [of_row(row) for row in connection.execute(chosen).mappings()]
        if found:
            ids = [sign_in.id for sign_in in found]
            connection.execute(update(app_sign_ins).where(app_sign_ins.c.id.in_(ids)).values(ended_at=now))
            connection.execute(insert(app_logouts), [{"sign_in_id": one, "due_at": now} for one in ids])
        ended += found
    return ended


def in_parts(sign_in_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at once as a statement of any database may name: ending somebody's access must not fail by its size."""
    return (sign_in_ids[at : at + _AT_ONCE] for at in range(0, len(sign_in_ids), _AT_ONCE))


def due_logouts(connection: Connection, now: Instant, most: int) -> list[tuple[AppSignIn, int]]:
    """Grants whose apps are to be told now that they ended, each with how often that was tried.

    Of each app at most so many, the longest due first: an app that is dead has a place, and not those of others.
    """
    joined = app_logouts.join(app_sign_ins, app_logouts.c.sign_in_id == app_sign_ins.c.id)
    place = func.row_number().over(partition_by=app_sign_ins.c.app, order_by=app_logouts.c.due_at).label("place")
    chosen = select(app_sign_ins, app_logouts.c.tries, place).select_from(joined).where(app_logouts.c.due_at <= now)
    counted = chosen.subquery()
    rows = connection.execute(select(counted).where(counted.c.place <= most)).mappings()
    return [(of_row(row), row["tries"]) for row in rows]


def untold_of(connection: Connection, person_id: str) -> list[tuple[str, int]]:
    """Apps that are to hear of an end of somebody's sign-in there, or never did, each with how often that was tried."""
    joined = app_logouts.join(app_sign_ins, app_logouts.c.sign_in_id == app_sign_ins.c.id)
    chosen = select(app_sign_ins.c.app, app_logouts.c.tries).select_from(joined)
    rows = connection.execute(chosen.where(app_sign_ins.c.person_id == person_id))
    return [(row.app, row.tries) for row in rows]


def ended_since(connection: Connection, person_id: str, since: Instant) -> int:
    """How many of somebody's sign-ins at apps ended from then on."""
    mine = (app_sign_ins.c.person_id == person_id, app_sign_ins.c.ended_at >= since)
    return int(connection.scalar(select(func.count()).select_from(app_sign_ins).where(*mine)) or 0)


def told(connection: Connection, sign_in_id: str) -> None:
    """The app knows, or will never: there is nothing more to tell."""
    connection.execute(delete(app_logouts).where(app_logouts.c.sign_in_id == sign_in_id))


def never_heard(connection: Connection, sign_in_id: str, tries: int) -> None:
    """The app was told as often as anybody is, and did not hear it. That stays known for a while."""
    tell_again(connection, sign_in_id, NEVER, tries)


def tell_again(connection: Connection, sign_in_id: str, due_at: Instant, tries: int) -> None:
    changed = update(app_logouts).where(app_logouts.c.sign_in_id == sign_in_id)
    connection.execute(changed.values(due_at=due_at, tries=tries))


def of_row(row: Any) -> AppSignIn:
    """The sign-in in a row that has its columns."""
    return AppSignIn(**{name: row[name] for name in AppSignIn.__slots__})
