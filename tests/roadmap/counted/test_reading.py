"""What is kept is taken where it still holds, and counted anew where the events say otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from tests.roadmap.counted.hours import NOW, Chain
from tests.storage.journal.decisions import Decided, a_permit, facts_about

from limen.clock import DAY, HOUR, MINUTE
from limen.identity.store import erasure
from limen.roadmap.counted import counts_store as store, reading
from limen.roadmap.counted.counts_store import roadmap_counts, roadmap_counts_of
from limen.roadmap.counted.reading import Counted, counted
from limen.roadmap.counted.shelf import Shelf
from limen.storage import Database
from limen.storage.journal import Reader
from limen.storage.journal.usage import usage


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


class Look:
    """Looks at a journal, and notes which hours it counted."""

    def __init__(self, root: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.database = root, database
        self.counted: list[str] = []
        count = reading.count

        def noted(paths, *rest):  # type: ignore[no-untyped-def]
            self.counted += [path.name.split("-")[0] for path in paths]
            return count(paths, *rest)

        monkeypatch.setattr(reading, "count", noted)

    def at(self, now: int, *, may_keep: bool = True) -> Counted:
        self.counted.clear()
        return counted(Reader(self.root), now, Shelf(self.database, may_keep=may_keep))

    def spans(self) -> set[str]:
        return self.database.read(lambda s: store.every_span(s.connection))


@pytest.fixture
def look(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Look:
    return Look(tmp_path, database, monkeypatch)


def permits(*at: int, who: str = "p_ada") -> list[tuple[Decided, int]]:
    return [(a_permit(facts_about(who), one), 1) for one in at]


def three_hours(root: Path) -> tuple[Chain, list[Path]]:
    """Two hours of a day, sealed, and one of the next that is still written to."""
    chain = Chain(root)
    paths = [chain.seal(chain.hour(begin, permits(begin, begin + MINUTE))) for begin in (NOW, NOW + HOUR)]
    return chain, [*paths, chain.hour(NOW + DAY, permits(NOW + DAY))]


def test_a_day_that_is_over_is_counted_once(look: Look) -> None:
    three_hours(look.root)
    first = look.at(NOW + DAY + HOUR)
    assert look.counted == ["00000001", "00000002", "00000003"]
    assert look.spans() == {f"d{NOW}"}
    assert look.at(NOW + DAY + HOUR) == first
    assert look.counted == ["00000003"]
    assert set(first.uses) == set(usage(Reader(look.root), 0))


def test_an_hour_of_today_is_kept_by_itself_until_its_day_is_over(look: Look) -> None:
    three_hours(look.root)
    first = look.at(NOW + 2 * HOUR)
    assert look.spans() == {f"h{NOW}", f"h{NOW + HOUR}"}
    assert look.at(NOW + 2 * HOUR) == first
    assert look.counted == ["00000003"]
    assert look.at(NOW + DAY) == first
    assert look.counted == ["00000003"]
    assert look.spans() == {f"d{NOW}"}


def test_an_hour_of_all_chains_is_counted_together_and_not_before_all_are_sealed(look: Look) -> None:
    three_hours(look.root)
    other = Chain(look.root, "second")
    path = other.hour(NOW, permits(NOW + 5))
    look.at(NOW + DAY + HOUR)
    assert look.spans() == {f"h{NOW + HOUR}"}
    other.seal(path)
    found = look.at(NOW + DAY + HOUR)
    assert look.spans() == {f"d{NOW}"}
    assert set(found.uses) == set(usage(Reader(look.root), 0))


def test_a_command_beside_keeps_nothing_and_takes_what_is_kept(look: Look) -> None:
    three_hours(look.root)
    first = look.at(NOW + DAY + HOUR, may_keep=False)
    assert look.spans() == set()
    look.at(NOW + DAY + HOUR)
    assert look.at(NOW + DAY + HOUR, may_keep=False) == first
    assert look.counted == ["00000003"]


def test_what_was_erased_from_the_journal_is_counted_no_more(look: Look) -> None:
    chain, _ = three_hours(look.root)
    chain.seal(chain.hour(NOW + 2 * DAY, permits(NOW + 2 * DAY, who="p_ben")))
    look.at(NOW + 4 * DAY)
    chain.erase("p_ada")
    found = look.at(NOW + 4 * DAY)
    assert "00000001" in look.counted
    assert "00000004" not in look.counted
    assert {one.actor for one in found.uses if one.newest != NOW + DAY} == {"p_ben"}


def test_whoever_is_erased_goes_from_what_is_kept_at_once_and_does_not_come_back(look: Look) -> None:
    three_hours(look.root)
    look.at(NOW + DAY + HOUR)
    look.database.write(lambda tx: erasure.delete_person(tx.connection, "p_ada", NOW))
    kept = look.database.read(lambda s: erasure.rows_of(s.connection, "p_ada"))
    assert "roadmap_counts_of" not in kept
    found = look.at(NOW + DAY + HOUR)
    assert (found.uses, found.attempts, found.accesses) == ((), (), ())
    look.at(NOW + DAY + HOUR)
    assert look.counted == ["00000003"]
    assert "roadmap_counts_of" not in look.database.read(lambda s: erasure.rows_of(s.connection, "p_ada"))


@pytest.mark.parametrize("of", ["known_by", "counted", "people", "gone", "whole"])
def test_counts_that_do_not_hold_are_counted_anew(look: Look, of: str) -> None:
    three_hours(look.root)
    first = look.at(NOW + DAY + HOUR)
    change = {
        "known_by": update(roadmap_counts).values(segments="0" * 64),
        "counted": update(roadmap_counts_of).values(counted=b"{}"),
        "people": update(roadmap_counts).values(actors=7),
        "gone": delete(roadmap_counts_of),
        "whole": delete(roadmap_counts),
    }[of]
    look.database.write(lambda tx: tx.connection.execute(change))
    assert look.at(NOW + DAY + HOUR) == first
    assert look.counted == ["00000001", "00000002", "00000003"]
    look.at(NOW + DAY + HOUR)
    assert look.counted == ["00000003"]


def test_a_segment_that_has_another_length_or_that_no_list_names_is_read_each_time(look: Look) -> None:
    _, paths = three_hours(look.root)
    look.at(NOW + DAY + HOUR)
    (look.root / "main" / "sealed.json").write_text("{")
    look.at(NOW + DAY + HOUR)
    assert look.counted == ["00000001", "00000002", "00000003"]
    assert look.spans() == set()
    assert all(path.exists() for path in paths)


def test_each_figure_reaches_as_far_back_as_it_says(look: Look) -> None:
    chain = Chain(look.root)
    for days in (89, 29, 6, 1):
        begin = NOW - days * DAY
        chain.seal(chain.hour(begin, [(replace(one, revision=f"r{days}"), 1) for one, _ in permits(begin)]))
    found = look.at(NOW)
    assert {one.revision for one in found.uses} == {"r89", "r29", "r6", "r1"}
    assert sum(found.permits.values()) == 3
    assert len(found.attempts) == 1
    assert sum(found.unknown.values()) == 2
    assert sum(one.count for one in found.accesses) == 2
    assert look.at(NOW + 2 * DAY).uses != found.uses
    assert f"d{NOW - 89 * DAY}" not in look.spans()
