"""Values that are not what they look like."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.data.planted import KEY

from limen.clock import DAY, SetClock
from limen.data.allowed import allowing, store
from limen.data.allowed.allowing import CHANGE, LONGEST, AllowedValues, NotAllowedError, allow, end
from limen.data.model import digest_of
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.stated import DataRules
from limen.storage import Database

NOW = 1_795_510_800_000
CARD = b"4111 1111 1111 1111"
RULES = DataRules(use=frozenset({"payment-card"}))


def _allow(database: Database, *values: bytes, **said: Any) -> int:
    asked: dict[str, Any] = {"detector": "payment-card", "why": "order numbers", "until": NOW + DAY, **said}
    return database.write(lambda t: allow(t, KEY, RULES, values=values or (CARD,), now=NOW, by="p_ada", **asked))


def _every(database: Database) -> list[store.AllowedValue]:
    return database.read(lambda s: store.every(s.connection, NOW))


def test_a_value_has_the_digest_under_which_it_is_found(database: Database) -> None:
    _allow(database, b"4111111111111111")
    (allowed,) = _every(database)
    (finding,) = scanner_of(RULES, KEY).text(b"card 4111-1111-1111-1111").findings
    assert bytes.fromhex(allowed.value_digest) == finding.digest == digest_of(CARD, KEY)
    assert (allowed.person_id, allowed.why, allowed.until, allowed.added_by) == (
        "",
        "order numbers",
        NOW + DAY,
        "p_ada",
    )


def test_who_allows_a_value_again_gives_it_another_end(database: Database) -> None:
    _allow(database)
    _allow(database, CARD, CARD, b"", until=NOW + 2 * DAY)
    assert [one.until for one in _every(database)] == [NOW + 2 * DAY]
    _allow(database, person_id="p_eve")
    assert len(_every(database)) == 2


@pytest.mark.parametrize(
    "said",
    [
        {"detector": "iban"},
        {"why": " "},
        {"until": NOW},
        {"until": NOW + LONGEST + 1},
        {"values": ()},
        {"values": (b" ", b"")},
        {"values": tuple(b"%d" % one for one in range(1_001))},
    ],
)
def test_what_has_no_end_no_reason_or_no_bound_is_refused(database: Database, said: dict[str, Any]) -> None:
    values = said.pop("values", (CARD,))
    with pytest.raises(NotAllowedError):
        database.write(
            lambda t: allow(
                t,
                KEY,
                RULES,
                **{"detector": "payment-card", "why": "x", "until": NOW + DAY, **said},
                values=values,
                now=NOW,
                by="p_ada",
            )
        )
    assert _every(database) == []


def test_there_are_so_many_in_all(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowing, "MOST", 1)
    _allow(database)
    with pytest.raises(NotAllowedError):
        _allow(database, b"5500 0000 0000 0004")


def test_it_counts_again_when_it_is_ended(database: Database) -> None:
    _allow(database)
    (allowed,) = _every(database)
    assert database.write(lambda t: end(t, [allowed.id], NOW, by="p_ada")) == 1
    assert _every(database) == []
    with pytest.raises(NotAllowedError):
        database.write(lambda t: end(t, [allowed.id], NOW, by="p_ada"))


def test_memory_knows_for_whom_and_until_when(database: Database) -> None:
    loads: dict[str, Any] = {}
    clock = SetClock(NOW)
    feed = SimpleNamespace(
        at_start=lambda load, take: loads.update(load=load, take=take),
        on=lambda kind, _load, _take: loads.update(kind=kind),
    )
    held = AllowedValues(SimpleNamespace(feed=feed, clock=clock))  # type: ignore[arg-type]
    held.register()
    assert loads["kind"] == CHANGE
    value = ("payment-card", digest_of(CARD, KEY))
    assert held.among([value], "p_eve") == set()
    _allow(database, person_id="p_eve")
    loads["take"](database.read(loads["load"]))
    assert held.among([value, ("iban", value[1])], "p_eve") == {value}
    assert held.among([value], "p_bob") == held.among([value], "") == set()
    clock.forward(DAY)
    assert held.among([value], "p_eve") == set()
