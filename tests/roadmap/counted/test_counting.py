"""Counting in one pass comes to the same as reading each event by itself, open or sealed, whole or in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.roadmap.counted.hours import NOW, Chain, Plainly
from tests.storage.journal.decisions import PAYROLL, Decided

from limen.clock import HOUR, MINUTE
from limen.facts import LIMEN, App, Device, Facts, Label, Person, Place, Upstream
from limen.facts.nouns import Auth, Factor, Risk
from limen.policy.decision import Effect, Named, Reason, Request
from limen.roadmap.counted.counting import NOT_KEPT, UNRECORDED, Counting, count
from limen.roadmap.counted.sheet import Adding, Sheet, sum_of
from limen.storage.journal.past_decisions import PastDecision

APPS = (
    PAYROLL,
    App("crm", "CRM", "crm.harbor.example", Upstream("http://127.0.0.1:2"), Label.RESTRICTED, "staff"),
    App(LIMEN, "Limen", "limen.harbor.example", Upstream("http://127.0.0.1:3")),
)
PEOPLE = (
    Person("p_ada", groups=frozenset({"staff"}), active=True),
    Person("p_ben", groups=frozenset({"staff"}), active=True),
    Person("w_backup", active=True, is_workload=True),
    Person(""),
)
DEVICES = (
    Device(),
    Device("d1", True, "compliant", True, 2, "linux", NOW),
    Device("d1", True, "compliant", True, 2, "linux", NOW, fresh_ms=5 * MINUTE),
    Device("d2", True, "non_compliant", True, 1, "linux", NOW),
    Device("d2", True, "compliant", True, 1, "linux", NOW, bound_until=NOW + HOUR),
)
REASONS = ("staff-view", "nobody", Named.BREAK_GLASS.value, Named.PUBLIC_ROUTE.value)
MADE = st.builds(
    lambda app, person, device, effect, reason, action, rest: Decided(
        effect,
        (Reason(reason, "permit"),),
        Facts(
            app=app,
            person=person,
            auth=replace(Auth(rest[0], frozenset({Factor.PASSKEY}), NOW), by_token=rest[1]),
            device=device,
            place=Place("192.0.2.7", rest[2], "DE", "office", False),
            risk=Risk(0, rest[3], NOW),
        ),
        rest[4],
        Request(action, "GET", "/**", app.host),
        f"r{rest[0]}",
    ),
    st.sampled_from(APPS),
    st.sampled_from(PEOPLE),
    st.sampled_from(DEVICES),
    st.sampled_from((Effect.PERMIT, Effect.DENY, Effect.CHALLENGE)),
    st.sampled_from(REASONS),
    st.sampled_from(("view", "edit", "sign_in")),
    st.tuples(st.integers(0, 3), st.booleans(), st.booleans(), st.booleans(), st.integers(0, HOUR - 1)),
)
HOURS = st.lists(st.lists(st.tuples(MADE, st.integers(1, 3)), max_size=12), min_size=1, max_size=3)


def written(root: Path, hours: list[list[tuple[Decided, int]]]) -> list[Path]:
    chain = Chain(root)
    return [
        chain.hour(begin, [(replace(one, now=begin + one.now), count) for one, count in hour])
        for begin, hour in zip(range(NOW, NOW + 9 * HOUR, HOUR), hours, strict=False)
    ]


def same(sheet: Sheet, root: Path) -> None:
    wanted, found = Plainly(root), Adding()
    found.add(sheet)
    assert {key: tuple(value) for key, value in found.used.items()} == wanted.used
    assert found.permits == wanted.permits
    assert found.unknown == wanted.unknown
    named = Counter({(actor, *what): n for (actor, what), n in found.opened.items() if actor})
    assert named == wanted.opened - Counter()


@given(HOURS)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
def test_hours_that_add_up_come_to_what_each_event_says(hours: list[list[tuple[Decided, int]]]) -> None:
    with TemporaryDirectory() as folder:
        paths = written(Path(folder), hours)
        together = count(paths, lambda: None)
        same(together, Path(folder))
        same(sum_of(count([path], lambda: None) for path in paths), Path(folder))


def test_sealed_hours_come_to_the_same(tmp_path: Path) -> None:
    chain = Chain(tmp_path)
    facts = Facts(app=APPS[1], person=PEOPLE[0], auth=Auth(3, frozenset(), NOW), device=DEVICES[2])
    stale = Decided(Effect.PERMIT, (Reason("staff-view", "permit"),), facts, NOW + 20 * MINUTE)
    fresh = replace(stale, now=NOW + MINUTE)
    path = chain.hour(NOW, [(fresh, 2), (stale, 1), (replace(fresh, effect=Effect.DENY), 1)])
    before = count([path], lambda: None)
    assert {what: n for (_, what), n in _opened(before)} == {
        ("crm", "view", 3, "HEALTHY"): 2,
        ("crm", "view", 3, "STALE"): 1,
    }
    assert count([chain.seal(path)], lambda: None) == before
    same(before, tmp_path)


def _opened(sheet: Sheet) -> Iterator[tuple[tuple[str, tuple[str, str, int, str]], int]]:
    adding = Adding()
    adding.add(sheet)
    yield from adding.opened.items()


def test_of_whoever_is_erased_nothing_is_counted(tmp_path: Path) -> None:
    facts = Facts(app=APPS[1], person=PEOPLE[0])
    path = Chain(tmp_path).hour(NOW, [(Decided(Effect.DENY, (), facts, NOW), 2)])
    assert set(count([path], lambda: None).people) == {"p_ada"}
    assert count([path], lambda: None, {"p_ada"}) == Sheet()


def test_facts_that_are_not_there_are_not_known(tmp_path: Path) -> None:
    counting = Counting()
    counting.take(PastDecision("e1", 4, "p_ada", "permit", (), (), "r1", "crm", Request("view"), None, NOW))
    (opened,) = counting.sheet().people["p_ada"].opened
    assert opened == (("crm", "view", 0, "UNRECORDED"), 4)
    assert counting.sheet().together.permits == (("crm", UNRECORDED, 4),)
    assert counting.sheet().together.unknown == (("crm", (NOT_KEPT,), 4),)


def test_too_many_refusals_that_are_not_alike_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.roadmap.counted.counting.MOST_REFUSED", 1)
    refused = [Decided(Effect.DENY, (), Facts(app=app, person=PEOPLE[0], device=DEVICES[0]), NOW) for app in APPS[:2]]
    path = Chain(tmp_path).hour(NOW, [(one, 1) for one in refused])
    sheet = count([path], lambda: None)
    assert not sheet.together.is_whole
    assert len(sheet.people["p_ada"].refused) == 1


def test_whoever_breathes_can_end_it(tmp_path: Path) -> None:
    def stop() -> None:
        raise TimeoutError

    path = Chain(tmp_path).hour(NOW, [])
    with pytest.raises(TimeoutError):
        count([path], stop)
