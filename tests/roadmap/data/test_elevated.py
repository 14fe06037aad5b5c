"""Privileged requests with the grants that were live then, counted alike from open and from sealed segments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.storage.journal.decisions import PAYROLL, Decided, facts_about

from limen.clock import HOUR, SetClock
from limen.facts import LIMEN, App, Grant, Label, Upstream
from limen.policy.decision import Effect, Named, Reason, Request
from limen.roadmap.data.elevated import ElevatedUse, elevated_uses
from limen.storage.journal import Journal, Reader

KEYS = (b"journal key of these tests......",)
NOW = 1_800_000_000_000
WIKI = App("wiki", "Wiki", "wiki.harbor.example", Upstream(""), Label.INTERNAL)
VIEW, ADMINISTER = Request("view", "GET", "/", "x"), Request("administer", "POST", "/", "x")
GRANT = Grant("gr_1", "payroll", frozenset({"view"}), NOW + 9 * HOUR)


def asked(
    request: Request,
    app: App = PAYROLL,
    grants: tuple[Grant, ...] = (),
    effect: Effect = Effect.PERMIT,
    reason: str = "finance",
    at: int = NOW,
) -> Decided:
    facts = replace(facts_about("ada"), app=app, grants=grants)
    return Decided(effect, (Reason(reason, "permit"),), facts, at, request)


SAID = (
    asked(VIEW, grants=(GRANT,)),
    asked(VIEW),
    asked(ADMINISTER, grants=(GRANT,)),
    asked(ADMINISTER, WIKI),
    asked(VIEW, grants=(replace(GRANT, id="gr_over", until=NOW),)),
    asked(VIEW, grants=(replace(GRANT, id="gr_wiki", app="wiki"),)),
    asked(VIEW, WIKI),
    asked(ADMINISTER, replace(WIKI, id=LIMEN)),
    asked(VIEW, effect=Effect.DENY),
    asked(VIEW, reason=Named.CORS_PREFLIGHT.value),
    asked(VIEW, at=NOW - HOUR),
)
FOUND = {
    ElevatedUse("ada", "payroll", "view", ("gr_1",), 1),
    ElevatedUse("ada", "payroll", "view", (), 3),
    ElevatedUse("ada", "payroll", "administer", (), 1),
    ElevatedUse("ada", "wiki", "administer", (), 1),
}


def keep(root: Path) -> Reader:
    clock = SetClock(NOW)
    journal = Journal.open(root, KEYS, clock=clock)
    for number, one in enumerate(SAID):
        journal.decided("gateway", one, f"s{number}", "", 1.0)
    journal.flush()
    clock.forward(2 * HOUR)  # another segment, so that the first can be sealed
    journal.decided("gateway", asked(VIEW, WIKI, at=clock.now()), "", "", 1.0)
    journal.close()
    return Reader(root)


def found(reader: Reader) -> set[ElevatedUse]:
    return set(elevated_uses(reader, (PAYROLL, WIKI), NOW, lambda: None))


def test_each_use_is_told_with_the_grants_for_it(tmp_path: Path) -> None:
    assert found(keep(tmp_path)) == FOUND


def test_sealed_segments_tell_the_same(tmp_path: Path) -> None:
    keep(tmp_path)
    journal = Journal.open(tmp_path, KEYS, clock=SetClock(NOW + 9 * HOUR))
    for _ in range(600):
        if not [name for name, _ in Reader(tmp_path).segments()[:-1] if not name.is_sealed]:
            break
        journal._sealing._thread.join(0.1)
    journal.close()
    assert sum(name.is_sealed for name, _ in Reader(tmp_path).segments()) >= 1
    assert found(Reader(tmp_path)) == FOUND


def test_whoever_breathes_can_end_it(tmp_path: Path) -> None:
    def stop() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        elevated_uses(keep(tmp_path), (PAYROLL,), NOW, stop)
