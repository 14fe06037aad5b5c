"""A company as large as Limen is meant for: 500 people, 50 apps, and a month of one million journaled decisions.

    python bench/large_company.py FOLDER [--decisions N]

The decisions are the engine's own, on the facts of each person and app; they are written by the journal's own segments
and sealed to Parquet by its own sealer, hour by hour, so that `limen journal verify` holds.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import sys
import time
from pathlib import Path

import msgspec

from footprint import APPS, PEOPLE, Started, company, fill, free_port

DECISIONS, DAYS, HOURS_A_DAY, BATCH = 1_000_000, 20, 10, 250
APPS_EACH = 4
"""How many apps one person uses; each is a fact sheet of its own, kept once in every segment that needs it."""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--decisions", type=int, default=DECISIONS)
    chosen = options.parse_args()
    began = time.perf_counter()
    make(chosen.folder, free_port(), chosen.decisions)
    print(f"{chosen.folder}: {PEOPLE} people, {APPS} apps, {chosen.decisions:,} decisions")
    print(f"made in {time.perf_counter() - began:.0f} s")
    return 0


def make(root: Path, port: int, decisions: int = DECISIONS) -> None:
    """Make the company in `root`, as a server on `port` will find it."""
    company(root, port)
    Started(root, port).stop()  # publishes the folder as revision 1
    fill(root)
    fill_journal(root, decisions)


def fill_journal(root: Path, decisions: int) -> None:
    """Write `decisions` into the journal, over the working hours of the last weeks, each hour a segment.

    All but the newest are sealed. What the server wrote in its first minute is gone: it would be younger.
    """
    from limen.clock import HOUR, SystemClock
    from limen.company.load import load_settings
    from limen.company.places import database_url, journal_folder, key_file
    from limen.events import EventIds
    from limen.facts.facts_json import facts_digest, facts_to_bytes
    from limen.storage import Database, Keyring, master_key
    from limen.storage.journal.checkpoint import Checkpoint, Sealed
    from limen.storage.journal.folding import Fold
    from limen.storage.journal.seal import seal
    from limen.storage.journal.segment import Segment
    from limen.storage.segments.link import Signer, start_of
    from limen.storage.segments.name import Name
    from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE, write_signed

    settings = load_settings(root)
    database = Database.open(database_url(root, settings))
    signer = Signer("main", Keyring.open(database, master_key(key_file(root, settings), os.environ)).journal_keys)
    decided = _decided(database)
    database.close()
    folder = journal_folder(root, settings) / "main"
    for file in folder.iterdir():
        file.unlink()
    ids, chance = EventIds(secrets.token_bytes), random.Random(4)
    hours = _working_hours(SystemClock().now())
    link, sealed = start_of("main"), []
    for ordinal, begun_at in enumerate(hours, 1):
        segment = Segment.begin(folder, ordinal, begun_at, link, signer)
        count = decisions * ordinal // len(hours) - decisions * (ordinal - 1) // len(hours)
        for first in range(0, count, BATCH):
            bodies: list[bytes] = []
            for number in range(first, min(first + BATCH, count)):
                decision = msgspec.structs.replace(chance.choice(decided), now=begun_at + number * HOUR // count)
                digest = facts_digest(decision.facts)
                if digest not in segment.facts_held:
                    segment.facts_held.add(digest)
                    bodies.append(b'{"facts":"%s","value":%s}' % (digest.encode(), facts_to_bytes(decision.facts)))
                address = f"10.0.{number % 4}.{number % 250}"
                fold = Fold(ids.new(decision.now), [], "gateway", decision, decision.facts.person.id, address, [])
                fold.count, fold.micros = 1, 40.0
                bodies.append(fold.line())
            segment.append(bodies)
        segment.close()
        link, before = segment.link, link
        if begun_at == hours[-1]:
            break  # the server finds the newest hour as it was written, and seals it
        final = folder / str(Name(ordinal, begun_at, is_sealed=True))
        one = seal(segment.path, final, before)
        assert one is not None
        final.chmod(0o600)
        segment.path.unlink()
        sealed.append(one)
    write_signed(folder / SEALED_FILE, Sealed(writer="main", segments=tuple(sealed)), signer)
    reached = Checkpoint(
        writer="main", n=link.n, h=link.head.decode(), segment=len(hours), at=hours[-1] + HOUR, is_clean=True
    )
    write_signed(folder / CHECKPOINT_FILE, reached, signer)


def _decided(database) -> list:
    """What the engine says of every person and some apps each: permits, challenges and denies."""
    from limen.clock import SystemClock
    from limen.company import store
    from limen.facts import Facts
    from limen.identity.store import people, sessions
    from limen.policy.decision import Request

    newest = database.read(store.newest)
    company_ = database.read(lambda snapshot: store.company_of(snapshot, newest.id))
    engine, apps = company_.engine(), list(company_.apps)
    persons = [member.person for member in database.read(lambda snapshot: people.members(snapshot.connection))]
    now, chance = SystemClock().now(), random.Random(7)
    rows = database.read(lambda snapshot: sessions.all_good(snapshot.connection, now))
    opened = {session.person_id: session for _, session, _ in rows}
    return [
        engine.decide(
            Request(action, "POST" if action == "edit" else "GET", "/**", app.host),
            Facts(app=app, person=person, auth=opened[person.id].auth, session=opened[person.id]),
            now,
        )
        for person in persons
        for app in chance.sample(apps, APPS_EACH)
        for action in ("view", "edit")
    ]


def _working_hours(now: int) -> list[int]:
    """The first instant of ten hours of each of the last twenty days, oldest first, all of them over."""
    from limen.clock import DAY, HOUR

    midnight = now - now % DAY
    return [
        midnight - (day + 1) * DAY + hour * HOUR for day in reversed(range(DAYS)) for hour in range(7, 7 + HOURS_A_DAY)
    ]


if __name__ == "__main__":
    sys.exit(main())
