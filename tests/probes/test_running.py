"""Runs of probes in the real house: asked for and due, kept, journaled, and never two of one at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.web.conftest import House

from limen.clock import DAY
from limen.errors import LimenError
from limen.pillar import Core
from limen.probes import running, store
from limen.probes.catalogue import BY_ID, LEAVER, PROBES
from limen.probes.model import CouldNotRunError, Outcome, Probe, Run, Try
from limen.probes.running import KIND, SOONEST_AGAIN, Probes


def probe(*tries: Try, wrong: Exception | None = None, every: int = DAY) -> Probe:
    async def execute(_core: Core) -> list[Try]:
        if wrong is not None:
            raise wrong
        return list(tries)

    return replace(PROBES[0], id="one", every=every, execute=execute)


def of(house: House, *several: Probe) -> Probes:
    return Probes(house.limen.core, several)


async def ended(probes: Probes, run: Run) -> Run:
    await probes.work()
    found = await probes.run(run.id)
    assert found is not None
    return found


HELD = Try("way", held=True, took=7)


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house's own probes, which don't know these, look once at its start and not meanwhile."""
    monkeypatch.setattr(running, "LOOK_SECONDS", 3_600.0)


def ran(house: House) -> int:
    """How often this probe ran: the house has probes of its own."""
    return sum(one.details["probe"] == "one" for one in house.events(KIND))


@pytest.mark.parametrize(
    ("one", "outcome", "took"),
    [
        (probe(HELD, Try("other", held=True)), Outcome.HELD, 7),
        (probe(HELD, Try("other", held=False, why="open")), Outcome.DID_NOT_HOLD, 7),
        (probe(HELD, Try("other", held=None, why="away")), Outcome.COULD_NOT_RUN, 7),
        (probe(), Outcome.COULD_NOT_RUN, -1),
        (probe(wrong=CouldNotRunError("no app")), Outcome.COULD_NOT_RUN, -1),
        (probe(wrong=RuntimeError("secret")), Outcome.COULD_NOT_RUN, -1),
    ],
)
async def test_a_run_is_kept_and_journaled(house: House, one: Probe, outcome: Outcome, took: int) -> None:
    probes = of(house, one)
    run = await ended(probes, await probes.ask("one", by="p_ada"))
    assert (run.outcome, run.took, run.asked_by) == (outcome, took, "p_ada")
    assert "secret" not in run.why
    (event,) = [one for one in house.events(KIND) if one.details["run"] == run.id]  # the house has probes of its own
    assert (event.actor, event.details["result"]) == ("p_ada", outcome.value)
    (standing,) = await probes.standings()
    assert (standing.last, standing.open) == (run, None)
    assert standing.due_at == run.started_at + one.every


async def test_what_is_due_runs_by_itself_and_not_before(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    probes = of(house, probe(HELD))
    house.clock.forward(DAY)
    await probes.work()
    assert not ran(house), "it has just started, whatever its clock says"
    monkeypatch.setattr(running, "FIRST_AFTER", 0)
    for expected in (1, 1, 2):
        await probes.work()
        assert ran(house) == expected
        house.clock.forward(DAY // 2)


async def test_who_asks_twice_gets_the_same_run_and_not_at_once_another(house: House) -> None:
    probes = of(house, probe(HELD))
    first = await probes.ask("one", by="p_ada")
    assert await probes.ask("one", by="p_ben") == first
    await probes.work()
    with pytest.raises(LimenError):
        await probes.ask("one", by="p_ben")
    house.clock.forward(SOONEST_AGAIN)
    assert (await probes.ask("one", by="p_ben")).id != first.id
    with pytest.raises(LimenError):
        await probes.ask("two", by="p_ada")


async def test_a_run_that_a_stop_cut_off_shows_nothing(house: House) -> None:
    probes = of(house, probe(HELD))
    run = await probes.ask("one", by="")
    house.limen.database.write(lambda t: store.keep(t.connection, replace(run, started_at=house.clock.now())))
    found = await ended(probes, run)
    assert (found.outcome, found.tries) == (Outcome.COULD_NOT_RUN, ())


async def test_a_probe_that_does_not_end_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LONGEST_RUN", 50)

    async def waits(_core: Core) -> list[Try]:
        await asyncio.sleep(60)
        return [HELD]

    probes = of(house, replace(PROBES[0], id="one", execute=waits))
    assert (await ended(probes, await probes.ask("one", by=""))).outcome is Outcome.COULD_NOT_RUN


async def test_the_clock_set_back_makes_a_probe_due_and_not_late(house: House) -> None:
    probes = of(house, probe(HELD))
    await ended(probes, await probes.ask("one", by=""))
    house.clock.forward(-2 * DAY)
    (standing,) = await probes.standings()
    assert standing.due_at == 0


async def test_old_runs_go_and_the_newest_of_each_probe_stays(house: House) -> None:
    probes = of(house, probe(HELD))
    for _ in range(3):
        await ended(probes, await probes.ask("one", by=""))
        house.clock.forward(2 * running.KEPT)
    kept = house.limen.database.read(lambda snapshot: store.of_probe(snapshot.connection, "one"))
    assert len(kept) <= 2


async def test_the_house_runs_the_leaver(house: House) -> None:
    probes = house.limen.core.offers.take(Probes)
    assert probes.by_id.keys() == BY_ID.keys()
    run = await ended(probes, await probes.ask(LEAVER, by="p_ada"))
    assert run.outcome is Outcome.HELD, run.why
