"""Law: what probes do leaves no trace in what is counted, learned and listed, whatever they tried and came to."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import select
from tests.probes.test_edr import with_secrets
from tests.web.conftest import House

from limen.clock import DAY
from limen.identity.past_sign_ins import past_sign_ins
from limen.identity.store import people
from limen.probes import edr, leaver
from limen.probes.synthetic_person import somebody
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.reading import read
from limen.storage.journal.past_decisions import past_decisions
from limen.storage.journal.usage import usage
from limen.storage.tables import metadata
from limen.synthetic import MARK

SPARED = {"changes", "outbox"}
"""What tells workers of changes, and what waits for the journal."""


def traces(house: House) -> dict[str, list[str]]:
    """Rows that name what a probe made, in whichever table and column."""

    def read_all(snapshot: Any) -> dict[str, list[str]]:
        tables = [one for one in metadata.sorted_tables if one.name not in SPARED]
        found = {one.name: [repr(row) for row in snapshot.connection.execute(select(one))] for one in tables}
        return {name: its for name, rows in found.items() if (its := [one for one in rows if f"{MARK}_" in one])}

    return house.limen.database.read(read_all)


def counted(house: House) -> dict[str, object]:
    """Everything that a figure, a baseline or a list is made from."""
    limen = house.limen
    limen.journal.flush()
    known, reader, since = limen.known, limen.journal.reader, house.clock.now() - 30 * DAY
    return {
        "people": sorted(known.people),
        "workloads": sorted(known.workloads),
        "devices": sorted(known.devices),
        "sessions": sorted(known.sessions),
        "tokens": sorted(known.tokens),
        "grants": sorted(known.grants),
        "risks": (dict(known.risks), dict(known.device_risks), dict(known.session_risks)),
        "members": limen.database.read(lambda snapshot: people.members(snapshot.connection)),
        "usage": sorted(map(repr, usage(reader, since))),
        "decisions": [one.id for one in past_decisions(reader, since)],
        "sign-ins": past_sign_ins(reader, house.clock.now()).rows,
    }


async def test_nothing_counts_what_probes_did(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        house = await with_secrets(closing, tmp_path / "harbor")
        ada = house.browser()
        await house.administrator(ada)
        await house.into(ada, "wiki")
        before, figures = counted(house), _figures(house)
        async with somebody(house.limen.core, has_token=True, has_device=True):
            assert {"people", "sessions", "app_tokens", "devices", "access_grants"} <= traces(house).keys()
            assert _people(counted(house)) == _people(before)
        await leaver.run(house.limen.core)
        await edr.run(house.limen.core)
        assert counted(house) == before
        assert traces(house) == {}
        assert _figures(house) == figures
        said = [one for one in house.limen.journal.recent(2_000) if MARK in (one.actor[:3], one.subject[:3])]
        assert {"decision", "sign_in.succeeded", "person.changed"} <= {one.kind for one in said}, "it is all on record"
        assert all(one.decision is None or one.decision.door == "probe" for one in said)


def _people(of: dict[str, object]) -> list[object]:
    """What is not to count them either while they are there; what ends access may see them."""
    return [of[name] for name in ("people", "devices", "members", "usage", "decisions", "sign-ins")]


def _figures(house: House) -> object:
    """All controls but what decides by how long the clock has run."""
    job = house.limen.core.offers.take(RoadmapJob)
    evidence = read(job.sources(house.clock.now()), lambda: None)
    return (evidence.members, len(evidence.uses), evidence.identity.departures, evidence.devices.signals)
