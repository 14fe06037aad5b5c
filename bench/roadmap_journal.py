"""A long journal for `roadmap.py`: decisions of the engine's own, multiplied by SQL into sealed hours of 30 days,
and the hour that is not over.

Each line is one that the journal's own writer wrote, with an instant and an id of its own, and with as much chance in
what chains it as a real one has; only the chain itself is not computed, which `verify` would say. Everything else is
real: facts once in each hour, columns, Parquet as the sealer writes it, and a signed list of what is sealed.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec

from limen.clock import DAY, HOUR, MINUTE
from limen.company.load import load_settings
from limen.company.places import database_url, journal_folder, key_file
from limen.facts.facts_json import facts_digest, facts_to_bytes
from limen.storage import Database, Keyring, Transaction, master_key
from limen.storage.files import file_sha256
from limen.storage.journal.checkpoint import Sealed, SealedSegment
from limen.storage.journal.folding import Fold
from limen.storage.journal.seal import PORTION_SQL
from limen.storage.journal.segment import Segment
from limen.storage.segments.link import Signer, start_of
from limen.storage.segments.name import Name
from limen.storage.segments.parquet import in_memory, to_parquet
from limen.storage.segments.signed import SEALED_FILE, write_signed

WRITER: Final = "before"
"""A chain that no worker writes any more: the server's own goes on beside it."""
DAYS, HOURS_A_DAY, DEVICES, APPS_EACH = 30, 10, 600, 4
_THEN: Final = 1_111_111_111_111
_ID: Final = "0" * 24


def fill_devices(root: Path, people: int, now: int) -> None:
    """So many devices, each of somebody's."""
    from joserfc.jwk import ECKey

    from limen.devices import store
    from limen.devices.model import EnrolledDevice, KeyStorage, Platform

    def work(transaction: Transaction) -> None:
        for number in range(DEVICES):
            one = EnrolledDevice(
                f"d_{number}", f"p_{number % people}", f"Laptop {number}", Platform.LINUX, KeyStorage.TPM, True, now
            )
            public: Any = ECKey.generate_key("P-256").as_dict(private=False)
            store.add(transaction.connection, one, f"print {number}", public)

    database = Database.open(database_url(root, load_settings(root)))
    database.write(work)
    database.close()


def fill_journal(root: Path, decisions: int, now: int) -> int:
    """Returns how many bytes they take on the disk."""
    settings = load_settings(root)
    database = Database.open(database_url(root, settings))
    signer = Signer(WRITER, Keyring.open(database, master_key(key_file(root, settings), os.environ)).journal_keys)
    made = _decided(database)
    database.close()
    folder = journal_folder(root, settings) / WRITER
    folder.mkdir(mode=0o700)
    midnight = now - now % DAY
    hours = [midnight - day * DAY + hour * HOUR for day in range(DAYS, 0, -1) for hour in range(7, 7 + HOURS_A_DAY)]
    sealed: list[SealedSegment] = []
    with in_memory("2GB", os.cpu_count() or 1) as connection:
        _have_lines(connection, folder, signer, made)
        for ordinal, begun_at in enumerate(hours, 1):
            count = decisions * ordinal // len(hours) - decisions * (ordinal - 1) // len(hours)
            sealed.append(_hour(connection, folder, ordinal, begun_at, count))
        _open_hour(connection, folder, len(hours) + 1, now - now % HOUR, decisions // len(hours))
    write_signed(folder / SEALED_FILE, Sealed(writer=WRITER, segments=tuple(sealed)), signer)
    return sum((folder / one.file_name).stat().st_size for one in sealed)


def _have_lines(connection: Any, folder: Path, signer: Signer, made: list[Any]) -> None:
    """One line for each kind of decision, and one for the facts of each, as the journal writes them, in columns."""
    segment = Segment.begin(folder, 1, _THEN, start_of(WRITER), signer)
    facts = {facts_digest(one.facts): facts_to_bytes(one.facts) for one in made}
    segment.append([b'{"facts":"%s","value":%s}' % (digest.encode(), value) for digest, value in facts.items()])
    folds = []
    for number, one in enumerate(made):
        fold = Fold(_ID, [], "gateway", one, one.facts.person.id, f"10.0.{number % 4}.{number % 250}", [])
        fold.count, fold.micros = 1, 40.0
        folds.append(fold.line())
    segment.append(folds)
    segment.close()
    lines = segment.path.read_text().splitlines()
    connection.execute(f"create table lines as {PORTION_SQL}", {"lines": lines})
    connection.execute("create table facts_of as select * from lines where facts is not null")
    connection.execute(
        "create table kinds as select row_number() over (order by n) - 1 as kind_no, * exclude (n, id, time, line), "
        """regexp_extract(line, '"b":.*$') as body from lines where kind = 'decision'"""
    )
    segment.path.unlink()


def _hour(connection: Any, folder: Path, ordinal: int, begun_at: int, count: int) -> SealedSegment:
    path = folder / str(Name(ordinal, begun_at, is_sealed=True))
    connection.execute("set preserve_insertion_order = true")  # a reader takes lines as they stand
    hour = _HOUR.format(o=ordinal, begun=begun_at, count=count, every=HOUR / max(1, count))
    connection.execute(to_parquet(hour, path))
    path.chmod(0o600)
    return SealedSegment(
        ordinal=ordinal,
        begun_at=begun_at,
        first_n=ordinal,
        last_n=ordinal,
        before="",
        head="",
        sha256=file_sha256(path),
        last_at=begun_at + HOUR - 1,
    )


def _open_hour(connection: Any, folder: Path, ordinal: int, begun_at: int, count: int) -> None:
    """The hour that is not over, which is read line by line at each look."""
    hour = _HOUR.format(o=ordinal, begun=begun_at, count=count, every=1)
    rows = connection.execute(f"select line from ({hour})")
    with (folder / str(Name(ordinal, begun_at))).open("wb") as file:
        while some := rows.fetchmany(10_000):
            file.writelines(line.encode() + b"\n" for (line,) in some)


_COLUMNS: Final = "kind, class_uid, status_id, actor, session, address, subject, app, action, effect, count, facts"
_LINE: Final = f"""concat(
    '{{{{"n":', i + 1000000, ',"s":"', md5(concat(i, {{o}})),
    '","d":"', to_base64(unhex(sha256(concat('d', i, {{o}})))),
    '","h":"', to_base64(unhex(sha256(concat('h', i, {{o}})))), '",',
    replace(replace(body, '{_ID}', event_id), '{_THEN}', cast(instant as varchar))
)"""
_HOUR: Final = f"""
    select n, id, time, {_COLUMNS}, line from facts_of
    union all
    select i + 1000000, event_id, instant, {_COLUMNS}, {_LINE} from (
        select *, format('{{{{:012x}}}}{{{{:012x}}}}', instant, cast(hash(i, {{o}}) >> 16 as bigint)) as event_id from (
            select i, {{begun}} + cast(i * {{every}} as bigint) as instant,
                hash(i, {{o}}, 7) % (select count(*) from kinds) as kind_no
            from range({{count}}) t(i)
        )
    ) join kinds using (kind_no)
"""


def _decided(database: Database) -> list[Any]:
    """What the engine says of every person, on each of their devices, and some apps: permits, challenges and denies."""
    from random import Random

    from limen.clock import SystemClock
    from limen.company import store
    from limen.facts import Device, Facts, Place
    from limen.facts.nouns import Risk
    from limen.identity.store import people, sessions
    from limen.policy.decision import Request

    newest = database.read(store.newest)
    company = database.read(lambda snapshot: store.company_of(snapshot, newest.id))
    engine, apps = company.engine(), list(company.apps)
    persons = [one.person for one in database.read(lambda s: people.members(s.connection))]
    now, chance = SystemClock().now(), Random(7)
    opened = {one.person_id: one for _, one, _ in database.read(lambda s: sessions.all_good(s.connection, now))}
    found = []
    for number in range(DEVICES):
        person = persons[number % len(persons)]
        health = "non_compliant" if number % 20 == 0 else "compliant"
        device = Device(f"d_{number}", number % 30 != 0, health, True, 2, "linux", now, fresh_ms=15 * MINUTE)
        for app in chance.sample(apps, APPS_EACH):
            facts = Facts(
                app=app,
                person=person,
                auth=opened[person.id].auth,
                session=opened[person.id],
                device=device,
                place=Place("203.0.113.7", True, "DE", "office", False),
                risk=Risk(0, True, now),
            )
            then = replace(facts, device=replace(device, seen_at=_THEN))  # becomes the instant of each
            for action in (*["view"] * 9, "edit"):
                request = Request(action, "POST" if action == "edit" else "GET", "/**", app.host)
                decision = engine.decide(request, facts, now)
                found.append(msgspec.structs.replace(decision, now=_THEN, facts=then))
    return found
