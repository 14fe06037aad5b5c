"""An hour is known once nothing more can come into it, and by all that it consists of."""

from __future__ import annotations

from pathlib import Path

from tests.roadmap.counted.hours import NOW, Chain
from tests.storage.journal.decisions import a_permit, facts_about

from limen.clock import DAY, HOUR
from limen.roadmap.counted.units import Day, day_of, days
from limen.storage.journal import Reader


def found(root: Path, now: int = NOW + 2 * DAY) -> tuple[Day, ...]:
    return days(Reader(root), NOW + 5, now)


def test_a_day_holds_its_hours_and_is_known_once_it_is_over_and_sealed(tmp_path: Path) -> None:
    chain = Chain(tmp_path)
    chain.seal(chain.hour(NOW - 1, [(a_permit(facts_about("p_ada"), NOW - 1), 1)]))
    first = chain.seal(chain.hour(NOW + HOUR, []))
    last = chain.hour(NOW + 2 * HOUR, [])
    (day,) = found(tmp_path)
    assert (day.begins_at, day.known_by) == (NOW, "")
    assert [(one.begins_at, one.paths, bool(one.known_by)) for one in day.hours] == [
        (NOW + HOUR, (first,), True),
        (NOW + 2 * HOUR, (last,), False),
    ]
    chain.seal(last)
    assert found(tmp_path)[0].known_by
    assert not found(tmp_path, NOW + DAY - 1)[0].known_by
    assert not found(tmp_path, NOW + 2 * HOUR - 1)[0].hours[0].known_by


def test_it_is_known_by_another_name_once_a_segment_is_another_or_there_is_one_more(tmp_path: Path) -> None:
    chain = Chain(tmp_path)
    path = chain.seal(chain.hour(NOW, [(a_permit(facts_about("p_ada"), NOW), 1)]))
    names = {found(tmp_path)[0].known_by}
    chain.erase("p_ada")
    names.add(found(tmp_path)[0].known_by)
    path.write_bytes(path.read_bytes() + b" ")
    names.add(found(tmp_path)[0].known_by)
    other = Chain(tmp_path, "second")
    other.seal(other.hour(NOW, []))
    names.add(found(tmp_path)[0].known_by)
    assert len(names - {""}) == 4
    (tmp_path / "main" / "sealed.json").unlink()
    assert found(tmp_path)[0].known_by == ""


def test_where_nothing_is_nothing_is_found(tmp_path: Path) -> None:
    assert found(tmp_path / "none") == ()
    assert day_of(NOW + DAY - 1) == NOW
