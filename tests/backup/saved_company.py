"""A company with people, a session, an open link and a journal, as a server leaves it; and a backup of it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from tests.company.company_folder import change, new_folder
from tests.ports import free_port
from tests.storage.journal.decisions import a_permit, facts_about

from limen.backup.manifest import Manifest
from limen.backup.take import Wanted, take
from limen.clock import HOUR, SystemClock
from limen.company.load import load_company, load_settings
from limen.company.places import database_url, journal_folder, key_file
from limen.company.publish import SERVER, publish
from limen.facts import Factor, Person, Session
from limen.identity.model import Link, LinkPurpose, Passkey, PersonStatus, auth_of
from limen.identity.store import factors, links, people, sessions
from limen.settings import Settings
from limen.storage import Database, Keyring, master_key
from limen.storage.database_check import counts_of
from limen.storage.journal import Journal

SEED = b"a seed of an authenticator app"
ADA = Person("p_ada", "Ada Example", "ada@harbor.example", frozenset({"administrators", "staff"}), active=True)


@dataclass(frozen=True)
class Served:
    root: Path
    settings: Settings
    key: bytes
    decision: str

    @property
    def database(self) -> Path:
        return self.root / "data" / "limen.db"

    def back_up(self, target: Path, **wanted: object) -> Manifest:
        now = SystemClock().now()
        return take(self.root, self.settings, self.key, target, now, wanted=Wanted(**wanted))  # type: ignore[arg-type]


def serve_once(at: Path) -> Served:
    """Run a company for a moment."""
    root = new_folder(at)
    settings, now = load_settings(root), SystemClock().now()
    key = master_key(key_file(root, settings), os.environ)
    database = Database.open(database_url(root, settings))
    keyring = Keyring.open(database, key)
    publish(database, load_company(root), SERVER, "the first", now)

    def fill(transaction) -> None:
        one = transaction.connection
        people.add(one, ADA, PersonStatus.ACTIVE, now)
        people.set_groups(one, ADA.id, ADA.groups)
        auth = auth_of({Factor.PASSKEY: now})
        sessions.add(one, Session("s1", ADA.id, auth, now, now + HOUR, HOUR), b"h" * 32, {Factor.PASSKEY: now})
        link = Link("l1", LinkPurpose.FIRST_ADMINISTRATOR, ADA.id, ADA.id, now, now + HOUR)
        links.add(one, link, b"t" * 32)
        key_of_hers = ("k1", ADA.id, b"c" * 16, b"k", 0, True, "single_device", False, (), "", "Key", now)
        factors.insert_passkey(transaction, Passkey(*key_of_hers))
        factors.set_code(transaction, ADA.id, keyring.seal("codes", ADA.id, "seed", SEED), 0, now)

    database.write(fill)
    journal = Journal.open(journal_folder(root, settings), keyring.journal_keys, database=database)
    decision = journal.decided("gateway", a_permit(facts_about(ADA.id), now), "", "", 3.0)
    journal.wait_settled()
    journal.flush()
    journal.close()
    database.close()
    return Served(root, settings, key, decision)


def make_older(served: Served) -> None:
    """Have it as Limen left it before there were mails: the tables of version 0006, with the company in them."""
    from limen.storage.upgrade import _upgrade

    file = served.database.with_name("older.db")
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        _upgrade(connection, "0006")
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ATTACH ? AS newer", (str(served.database),))
        kept = {row[0] for row in connection.execute("SELECT name FROM newer.sqlite_master WHERE type = 'table'")}
        for table in kept & set(counts_of(file)) - {"alembic_version"}:
            columns = ", ".join(row[1] for row in connection.execute(f'PRAGMA main.table_info("{table}")'))
            connection.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM newer."{table}"')
        connection.commit()
        connection.execute("PRAGMA journal_mode=WAL")
    file.replace(served.database)


def on_free_port(root: Path) -> None:
    """Have a server of this company listen where no other does."""
    port = free_port()
    change(root, "limen.toml", "localhost:8080", f"localhost:{port}")
    change(root, "limen.toml", '# address = "127.0.0.1:8080"', f'address = "127.0.0.1:{port}"')
    change(root, "limen.toml", '# check = "127.0.0.1:8081"', 'check = ""')
