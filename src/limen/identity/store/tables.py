"""Identity's tables, on the one shared MetaData."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String, Table, Text

from limen.storage.tables import metadata, rows_called

people = Table(
    "people",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("email", String(254), nullable=False, unique=True),
    Column("status", String(10), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False, server_default="0"),
    Column("language", String(10), nullable=False, server_default=""),
    Column("last_day", String(10), nullable=False, server_default=""),
    Column("first_day", String(10), nullable=False, server_default=""),
    info=rows_called("account", "accounts"),
)
suspensions = Table(
    "suspensions",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("mark", String(80), primary_key=True),
    Column("at", BigInteger, nullable=False),
    info=rows_called("reason for a suspension", "reasons for suspensions"),
)
memberships = Table(
    "memberships",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("group_id", String(80), primary_key=True),
    info=rows_called("group membership", "group memberships"),
)
links = Table(
    "links",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("purpose", String(30), nullable=False),
    Column("person_id", String(40), nullable=False, index=True),
    Column("issued_by", String(40), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("spent_at", BigInteger, nullable=False, server_default="0"),
    Column("revoked_at", BigInteger, nullable=False, server_default="0"),
    info=rows_called("one-time link", "one-time links"),
)
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("credential_id", LargeBinary(1023), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("user_verified", Boolean, nullable=False),
    Column("device_type", String(20), nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("transports", String(100), nullable=False),
    Column("aaguid", String(36), nullable=False),
    Column("name", String(80), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    Column("attested_root", String(64), nullable=False, server_default=""),
    info=rows_called("passkey", "passkeys"),
)
passwords = Table(
    "passwords",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("hash", String(200), nullable=False),
    Column("set_at", BigInteger, nullable=False),
    Column("breached_at", BigInteger, nullable=False, server_default="0"),
    info=rows_called("password", "passwords"),
)
codes = Table(
    "codes",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("seed", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    info=rows_called("authenticator app for codes", "authenticator apps for codes"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("app", String(80), nullable=False),
    Column("parent", String(40), nullable=False, index=True),
    Column("device_id", String(40), nullable=False),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(200), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("idle_ms", BigInteger, nullable=False),
    Column("last_used", BigInteger, nullable=False),
    Column("proofs", String(200), nullable=False),
    Column("passkey_id", String(40), nullable=False),
    Column("binding", BigInteger, nullable=False, server_default="0"),
    Column("bound_until", BigInteger, nullable=False, server_default="0"),
    Column("tied_from", BigInteger, nullable=False, server_default="0"),
    Column("browser_key", String(400), nullable=False, server_default=""),
    info=rows_called("sign-in", "sign-ins"),
)
session_passkeys = Table(
    "session_passkeys",
    metadata,
    Column("session_id", String(40), primary_key=True),
    Column("passkey_id", String(40), primary_key=True, index=True),
)
"""Every passkey that proved a session; in `sessions` stands the last one."""
session_devices = Table(
    "session_devices",
    metadata,
    Column("session_id", String(40), primary_key=True),
    Column("device_id", String(40), primary_key=True, index=True),
)
"""Every device with whose certificate a sign-in came, itself or at an app: the end of the device ends it."""
not_before = Table(
    "not_before",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("at", BigInteger, nullable=False),
)
browsers = Table(
    "browsers",
    metadata,
    Column("browser_hash", LargeBinary(32), primary_key=True),
    Column("person_id", String(40), primary_key=True),
    Column("used_at", BigInteger, nullable=False),
    info=rows_called("known browser", "known browsers"),
)
spent_challenges = Table(
    "spent_challenges",
    metadata,
    Column("challenge_hash", LargeBinary(32), primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
attestations = Table(
    "attestations",
    metadata,
    Column("passkey_id", String(40), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("statement", Text, nullable=False),
    info=rows_called("maker's statement about a passkey", "makers' statements about passkeys"),
)
factor_reminders = Table(
    "factor_reminders",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("needed", String(20), primary_key=True),
    Column("due_at", BigInteger, nullable=False),
    Column("reminded_at", BigInteger, nullable=False),
    info=rows_called("reminder of a required factor", "reminders of required factors"),
)
identity_keys = Table(
    "identity_keys",
    metadata,
    Column("purpose", String(20), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
Index("ix_memberships_group_id", memberships.c.group_id)


TABLES: Final = (
    people,
    suspensions,
    memberships,
    links,
    passkeys,
    passwords,
    codes,
    sessions,
    session_passkeys,
    session_devices,
    not_before,
    browsers,
    spent_challenges,
    attestations,
    factor_reminders,
    identity_keys,
)
"""All of the above, as the part declares them."""
