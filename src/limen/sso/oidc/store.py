"""OpenID Connect's tables: the codes and tokens of sign-ins at apps, clients' secrets, keys, consents.

Of a code, token or secret only its SHA-256 is kept. Callers hold the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

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
from limen.sso import sign_ins
from limen.sso.sign_ins import AppSignIn, app_logouts, app_sign_ins, in_parts, of_row
from limen.storage import metadata
from limen.storage.tables import rows_called

CODE, REFRESH = "code", "refresh"
PAIRWISE: Final = "pairwise"

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

KEYS_CHANGED: Final = "oidc_keys"
"""Every worker reads all of them again: what is discarded signs, proves and is published nowhere then."""
TABLES: Final = (oidc_consents, oidc_keys, oidc_secrets, oidc_tokens)

# What is asked at each token, put together once

_ISSUED: Final = (
    select(oidc_tokens, app_sign_ins)
    .select_from(oidc_tokens.join(app_sign_ins, oidc_tokens.c.sign_in_id == app_sign_ins.c.id))
    .where(oidc_tokens.c.hash == bindparam("of_hash"))
)
_USE: Final = (
    update(oidc_tokens)
    .where(oidc_tokens.c.hash == bindparam("of_hash"), oidc_tokens.c.used_at == 0)
    .values(used_at=bindparam("now"))
)
_ADD_TOKEN: Final = insert(oidc_tokens)
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
    turn: int = 0
    """Of a refresh token: in which turn of its sign-in it counts. 0 for codes, and for those from before turns."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A code or a refresh token, and the sign-in that it belongs to."""

    hash: bytes
    kind: str
    sign_in: AppSignIn
    until: Instant
    used_at: Instant
    asked: IssuedFor

    @property
    def is_spent(self) -> bool:
        """Whether it was used, or another of its turn was: tokens of one turn stand for one another."""
        return bool(self.used_at) or 0 < self.asked.turn <= self.sign_in.turn


def add_sign_in(connection: Connection, sign_in: AppSignIn) -> None:
    """Keep it. Where one session has too many at one app, the oldest end."""
    _end_or_forget(connection, sign_ins.one_too_many(connection, sign_in), sign_in.at)
    sign_ins.add(connection, sign_in)


def _end_or_forget(connection: Connection, sign_in_ids: Sequence[str], now: Instant) -> None:
    """End these; an app is told of those alone for which it had tokens. It never heard of the others."""
    refreshed = oidc_tokens.c.kind == REFRESH
    for some in in_parts(sign_in_ids):
        chosen = select(oidc_tokens.c.sign_in_id).where(oidc_tokens.c.sign_in_id.in_(some), refreshed)
        heard_of = set(connection.scalars(chosen))
        sign_ins.end(connection, [one for one in some if one in heard_of], now)
        unheard = [one for one in some if one not in heard_of]
        connection.execute(delete(oidc_tokens).where(oidc_tokens.c.sign_in_id.in_(unheard)))
        connection.execute(delete(app_sign_ins).where(app_sign_ins.c.id.in_(unheard)))


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
    return Issued(found["hash"], found["kind"], of_row(found), found["until"], found["used_at"], asked)


def good_tokens_of(connection: Connection, person_id: str, now: Instant) -> int:
    """How many codes and refresh tokens of somebody could be used: those of sign-ins that have not ended."""
    theirs = select(app_sign_ins.c.id).where(app_sign_ins.c.person_id == person_id, app_sign_ins.c.ended_at == 0)
    good = (oidc_tokens.c.sign_in_id.in_(theirs), oidc_tokens.c.until > now)
    return int(connection.scalar(select(func.count()).select_from(oidc_tokens).where(*good)) or 0)


def use(connection: Connection, hashed: bytes, now: Instant) -> bool:
    """Mark it used. False where somebody was quicker: of any number of uses at once one is the first."""
    return connection.execute(_USE, {"of_hash": hashed, "now": now}).rowcount == 1


def forget(connection: Connection, now: Instant) -> int:
    """Rows of which nothing can follow any more: tokens past their end, ended sign-ins that are told and bare but for
    the newest, and those whose code was never redeemed, of which no app ever heard.
    """
    tokens, held = oidc_tokens.c, app_sign_ins.c
    redeemed = select(tokens.sign_in_id).where(tokens.kind == REFRESH)
    vain = select(tokens.sign_in_id).where(tokens.kind == CODE, tokens.until < now, tokens.sign_in_id.not_in(redeemed))
    unheard = connection.execute(delete(app_sign_ins).where(held.ended_at == 0, held.id.in_(vain)))
    connection.execute(delete(oidc_tokens).where(tokens.until < now))
    busy = select(select(tokens.sign_in_id).union(select(app_logouts.c.sign_in_id)).subquery().c.sign_in_id)
    return unheard.rowcount + sign_ins.forget_ended(connection, now, busy)


def unredeemed(connection: Connection) -> frozenset[str]:
    """The sign-ins whose code no app has brought yet: nobody is signed in by one."""
    chosen = select(oidc_tokens.c.sign_in_id).where(oidc_tokens.c.kind == CODE, oidc_tokens.c.used_at == 0)
    return frozenset(connection.scalars(chosen))


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
