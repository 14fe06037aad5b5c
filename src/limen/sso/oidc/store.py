"""OpenID Connect's tables: what people granted to apps, the codes and tokens of it, clients' secrets, keys, sign-outs.

Of a code, token or secret only its SHA-256 is kept. Callers hold the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.storage import metadata
from limen.storage.tables import rows_called

CODE, REFRESH = "code", "refresh"
PAIRWISE: Final = "pairwise"
MOST_OF_A_SESSION: Final = 100
"""Sign-ins of one session at one app. A page that renews silently every five minutes has as many in eight hours."""
_AT_ONCE: Final = 500

oidc_sign_ins = Table(
    "oidc_sign_ins",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("app", String(40), nullable=False),
    Column("person_id", String(40), nullable=False),
    Column("session_id", String(40), nullable=False),
    Column("scope", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False, server_default="0"),
    info=rows_called("sign-in at an app", "sign-ins at apps"),
)
"""One sign-in of one person at one app: everything that was issued for it ends with it, and it with its session."""
Index("ix_oidc_sign_ins_session_id", oidc_sign_ins.c.session_id)
Index("ix_oidc_sign_ins_person_id", oidc_sign_ins.c.person_id)

oidc_tokens = Table(
    "oidc_tokens",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("sign_in_id", String(40), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    Column("asked", LargeBinary, nullable=False),
)
"""Codes and refresh tokens. A used one stays until its end, so that a second use is told from a wrong guess."""
Index("ix_oidc_tokens_sign_in_id", oidc_tokens.c.sign_in_id)

oidc_secrets = Table(
    "oidc_secrets",
    metadata,
    Column("app", String(40), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False, server_default="0"),
)
"""Secrets of confidential clients; two of one client count while it changes from one to the other."""

oidc_keys = Table(
    "oidc_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
"""Private signing keys (JWK), and the secret of pairwise subjects, sealed."""

oidc_consents = Table(
    "oidc_consents",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("app", String(40), primary_key=True),
    Column("scope", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    info=rows_called("consent to an app", "consents to apps"),
)
"""What people agreed that an app of another company may know of them."""

oidc_logouts = Table(
    "oidc_logouts",
    metadata,
    Column("sign_in_id", String(40), primary_key=True),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", BigInteger, nullable=False, server_default="0"),
)
"""Sign-outs that an app has still to be told of."""

TABLES: Final = (oidc_consents, oidc_sign_ins, oidc_keys, oidc_logouts, oidc_secrets, oidc_tokens)

# What is asked at each token, put together once

_ISSUED: Final = (
    select(oidc_tokens, oidc_sign_ins)
    .select_from(oidc_tokens.join(oidc_sign_ins, oidc_tokens.c.sign_in_id == oidc_sign_ins.c.id))
    .where(oidc_tokens.c.hash == bindparam("of_hash"))
)
_USE: Final = (
    update(oidc_tokens)
    .where(oidc_tokens.c.hash == bindparam("of_hash"), oidc_tokens.c.used_at == 0)
    .values(used_at=bindparam("now"))
)
_ADD_TOKEN: Final = insert(oidc_tokens)
_SIGN_IN_OF: Final = select(oidc_sign_ins).where(oidc_sign_ins.c.id == bindparam("of_id"))
_SECRETS_OF: Final = select(oidc_secrets.c.hash, oidc_secrets.c.until).where(oidc_secrets.c.app == bindparam("of_app"))


class IssuedFor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a code or refresh token was asked with, and is held to when it is used."""

    redirect_uri: str = ""
    nonce: str = ""
    challenge: str = ""
    auth_at: Instant = 0
    key: str = ""
    """The thumbprint of the key that it is bound to (DPoP, RFC 9449); "" where it is bound to none."""
    resource: str = ""
    """What its access tokens are narrowed to (RFC 8707); "" where nothing was named."""


@dataclass(frozen=True, slots=True)
class AppSignIn:
    """A row of `oidc_sign_ins`."""

    id: str
    app: str
    person_id: str
    session_id: str
    scope: str
    at: Instant
    ended_at: Instant = 0


@dataclass(frozen=True, slots=True)
class Issued:
    """A code or a refresh token, and the sign-in that it belongs to."""

    hash: bytes
    kind: str
    sign_in: AppSignIn
    until: Instant
    used_at: Instant
    asked: IssuedFor


def add_sign_in(connection: Connection, sign_in: AppSignIn) -> None:
    """Keep it. Where one session has too many at one app, the oldest end: whoever asks without end loses their own."""
    mine = (oidc_sign_ins.c.session_id == sign_in.session_id) & (oidc_sign_ins.c.app == sign_in.app)
    still = select(oidc_sign_ins.c.id).where(mine, oidc_sign_ins.c.ended_at == 0).order_by(oidc_sign_ins.c.at)
    held = list(connection.scalars(still))
    _end_or_forget(connection, held[: max(0, len(held) - MOST_OF_A_SESSION + 1)], sign_in.at)
    values = {name: getattr(sign_in, name) for name in AppSignIn.__slots__}
    connection.execute(insert(oidc_sign_ins).values(**values))


def _end_or_forget(connection: Connection, sign_in_ids: Sequence[str], now: Instant) -> None:
    """End these; an app is told of those alone for which it had tokens. It never heard of the others."""
    refreshed = oidc_tokens.c.kind == REFRESH
    for some in _in_parts(sign_in_ids):
        chosen = select(oidc_tokens.c.sign_in_id).where(oidc_tokens.c.sign_in_id.in_(some), refreshed)
        heard_of = set(connection.scalars(chosen))
        end(connection, [one for one in some if one in heard_of], now)
        unheard = [one for one in some if one not in heard_of]
        connection.execute(delete(oidc_tokens).where(oidc_tokens.c.sign_in_id.in_(unheard)))
        connection.execute(delete(oidc_sign_ins).where(oidc_sign_ins.c.id.in_(unheard)))


def add_token(
    connection: Connection, hashed: bytes, kind: str, sign_in_id: str, until: Instant, asked: IssuedFor
) -> None:
    values = {
        "hash": hashed,
        "kind": kind,
        "sign_in_id": sign_in_id,
        "until": until,
        "asked": msgspec.json.encode(asked),
    }
    connection.execute(_ADD_TOKEN, values)


def issued(connection: Connection, hashed: bytes) -> Issued | None:
    """The code or refresh token with this hash, used or not, good or over."""
    found = connection.execute(_ISSUED, {"of_hash": hashed}).mappings().one_or_none()
    if found is None:
        return None
    asked = msgspec.json.decode(found["asked"], type=IssuedFor)
    return Issued(found["hash"], found["kind"], _sign_in(found), found["until"], found["used_at"], asked)


def use(connection: Connection, hashed: bytes, now: Instant) -> bool:
    """Mark it used. False where somebody was quicker: of any number of uses at once one is the first."""
    return connection.execute(_USE, {"of_hash": hashed, "now": now}).rowcount == 1


def sign_in_of(connection: Connection, sign_in_id: str) -> AppSignIn | None:
    row = connection.execute(_SIGN_IN_OF, {"of_id": sign_in_id}).mappings().one_or_none()
    return None if row is None else _sign_in(row)


def open_sign_ins(connection: Connection, person_id: str = "", app: str = "") -> list[AppSignIn]:
    """Every sign-in that has not ended, of everybody or of one person, at any app or at one, the oldest first."""
    chosen = select(oidc_sign_ins).where(oidc_sign_ins.c.ended_at == 0).order_by(oidc_sign_ins.c.at)
    if person_id:
        chosen = chosen.where(oidc_sign_ins.c.person_id == person_id)
    if app:
        chosen = chosen.where(oidc_sign_ins.c.app == app)
    return [_sign_in(row) for row in connection.execute(chosen).mappings()]


def end(connection: Connection, sign_in_ids: Sequence[str], now: Instant) -> list[AppSignIn]:
    """End these sign-ins with all that was issued for them, and note that their apps are to be told.

    Returns those that ended by this.
    """
    ended = []
    for some in _in_parts(sign_in_ids):
        chosen = select(oidc_sign_ins).where(oidc_sign_ins.c.id.in_(some), oidc_sign_ins.c.ended_at == 0)
        found = [_sign_in(row) for row in connection.execute(chosen).mappings()]
        if found:
            ids = [sign_in.id for sign_in in found]
            connection.execute(update(oidc_sign_ins).where(oidc_sign_ins.c.id.in_(ids)).values(ended_at=now))
            connection.execute(insert(oidc_logouts), [{"sign_in_id": one, "due_at": now} for one in ids])
        ended += found
    return ended


def _in_parts(sign_in_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at once as a statement of any database may name: ending somebody's access must not fail by its size."""
    return (sign_in_ids[at : at + _AT_ONCE] for at in range(0, len(sign_in_ids), _AT_ONCE))


def due_logouts(connection: Connection, now: Instant, most: int) -> list[tuple[AppSignIn, int]]:
    """Grants whose apps are to be told now that they ended, each with how often that was tried.

    Of each app at most so many, the longest due first: an app that is dead has a place, and not those of others.
    """
    joined = oidc_logouts.join(oidc_sign_ins, oidc_logouts.c.sign_in_id == oidc_sign_ins.c.id)
    place = func.row_number().over(partition_by=oidc_sign_ins.c.app, order_by=oidc_logouts.c.due_at).label("place")
    chosen = select(oidc_sign_ins, oidc_logouts.c.tries, place).select_from(joined).where(oidc_logouts.c.due_at <= now)
    counted = chosen.subquery()
    rows = connection.execute(select(counted).where(counted.c.place <= most)).mappings()
    return [(_sign_in(row), row["tries"]) for row in rows]


def told(connection: Connection, sign_in_id: str) -> None:
    """The app knows, or will never: there is nothing more to tell."""
    connection.execute(delete(oidc_logouts).where(oidc_logouts.c.sign_in_id == sign_in_id))


def tell_again(connection: Connection, sign_in_id: str, due_at: Instant, tries: int) -> None:
    changed = update(oidc_logouts).where(oidc_logouts.c.sign_in_id == sign_in_id)
    connection.execute(changed.values(due_at=due_at, tries=tries))


def forget(connection: Connection, now: Instant) -> int:
    """Rows of which nothing can follow any more: tokens past their end, ended sign-ins that are told and bare, and
    those whose code was never redeemed, of which no app ever heard.
    """
    tokens, sign_ins = oidc_tokens.c, oidc_sign_ins.c
    redeemed = select(tokens.sign_in_id).where(tokens.kind == REFRESH)
    vain = select(tokens.sign_in_id).where(tokens.kind == CODE, tokens.until < now, tokens.sign_in_id.not_in(redeemed))
    unheard = connection.execute(delete(oidc_sign_ins).where(sign_ins.ended_at == 0, sign_ins.id.in_(vain)))
    connection.execute(delete(oidc_tokens).where(tokens.until < now))
    busy = select(tokens.sign_in_id).union(select(oidc_logouts.c.sign_in_id))
    done = connection.execute(delete(oidc_sign_ins).where(sign_ins.ended_at > 0, sign_ins.id.not_in(busy)))
    return unheard.rowcount + done.rowcount


def secrets_of(connection: Connection, app: str, now: Instant) -> list[bytes]:
    """The hashes of the secrets of this client that count."""
    rows = connection.execute(_SECRETS_OF, {"of_app": app})
    return [row.hash for row in rows if not row.until or now < row.until]


def add_secret(connection: Connection, app: str, hashed: bytes, now: Instant, others_until: Instant) -> None:
    """One more secret of this client; those it has end at `others_until`, unless they end before."""
    others = update(oidc_secrets).where(oidc_secrets.c.app == app)
    still = others.where((oidc_secrets.c.until == 0) | (oidc_secrets.c.until > others_until))
    connection.execute(still.values(until=others_until))
    connection.execute(delete(oidc_secrets).where(oidc_secrets.c.app == app, oidc_secrets.c.until.between(1, now)))
    connection.execute(insert(oidc_secrets).values(app=app, hash=hashed, made_at=now))


def consent(connection: Connection, person_id: str, app: str) -> frozenset[str]:
    """The scopes that a person agreed to for this app."""
    chosen = select(oidc_consents.c.scope).where(oidc_consents.c.person_id == person_id, oidc_consents.c.app == app)
    return frozenset((connection.scalar(chosen) or "").split())


def agree(connection: Connection, person_id: str, app: str, scopes: Iterable[str], now: Instant) -> None:
    mine = (oidc_consents.c.person_id == person_id) & (oidc_consents.c.app == app)
    connection.execute(delete(oidc_consents).where(mine))
    scope = " ".join(sorted(scopes))
    connection.execute(insert(oidc_consents).values(person_id=person_id, app=app, scope=scope, at=now))


def keys(connection: Connection) -> list[tuple[str, bytes, Instant]]:
    """Id, sealed JWK and instant of every signing key, the newest first."""
    chosen = select(oidc_keys.c.id, oidc_keys.c.sealed, oidc_keys.c.made_at).where(oidc_keys.c.id != PAIRWISE)
    rows = connection.execute(chosen.order_by(oidc_keys.c.made_at.desc()))
    return [(row.id, row.sealed, row.made_at) for row in rows]


def pairwise_secret(connection: Connection) -> bytes | None:
    """The sealed secret under which people get a name for each app."""
    return connection.scalar(select(oidc_keys.c.sealed).where(oidc_keys.c.id == PAIRWISE))


def add_key(connection: Connection, key_id: str, sealed: bytes, now: Instant) -> None:
    connection.execute(insert(oidc_keys).values(id=key_id, sealed=sealed, made_at=now))


def drop_keys(connection: Connection, key_ids: Sequence[str]) -> None:
    connection.execute(delete(oidc_keys).where(oidc_keys.c.id.in_(key_ids)))


def _sign_in(row: Any) -> AppSignIn:
    return AppSignIn(**{name: row[name] for name in AppSignIn.__slots__})
