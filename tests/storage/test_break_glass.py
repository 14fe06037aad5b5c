from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from limen.clock import MINUTE, from_iso
from limen.events import Event
from limen.facts import UNPROVED, Factor, Session
from limen.storage.break_glass import (
    BYTES,
    FILE,
    LINK_MS,
    OPEN_MS,
    BreakGlass,
    BreakGlassError,
    is_break_glass,
)
from limen.storage.errors import JournalUnwritableError

NOW = from_iso("2026-11-24T09:00:00Z")
KEYS = (b"k" * 32,)


@pytest.fixture
def glass(tmp_path: Path) -> BreakGlass:
    found = BreakGlass(tmp_path / FILE, KEYS)
    found.prepare()
    return found


def issued(glass: BreakGlass, now: int = NOW) -> str:
    return glass.issue("p1", "  the policies  lock us out ", "e1", now, lambda _: None)


def test_a_link_opens_once_and_holds_for_half_an_hour(glass: BreakGlass) -> None:
    token = issued(glass)
    link = glass.good_link(token, NOW)
    assert link is not None
    assert (link.person, link.reason) == ("p1", "the policies lock us out")
    opened = glass.open(token, NOW + MINUTE)
    assert opened is not None
    secret, state = opened
    session = glass.session_of(sha256(secret.encode()).digest(), NOW + MINUTE)
    assert session is not None
    assert is_break_glass(session)
    assert session.auth.strength == 1
    assert session.auth.factors == {Factor.LINK}
    assert glass.holds(session, NOW + MINUTE)
    assert glass.holds(session, state.ends_at - 1)
    assert state.ends_at == NOW + MINUTE + OPEN_MS
    assert not glass.holds(session, state.ends_at)
    assert not glass.holds(session, NOW)
    assert glass.open(token, NOW + MINUTE) is None
    assert glass.good_link(token, NOW + MINUTE) is None


@pytest.mark.parametrize("late", [LINK_MS, LINK_MS + 1, -1])
def test_a_link_opens_in_its_quarter_of_an_hour_only(glass: BreakGlass, late: int) -> None:
    assert glass.open(issued(glass), NOW + late) is None


def test_another_secret_opens_nothing(glass: BreakGlass) -> None:
    issued(glass)
    assert glass.open("x" * 43, NOW) is None
    assert glass.open("", NOW) is None
    assert glass.session_of(sha256(b"").digest(), NOW) is None


def test_a_new_link_makes_the_one_before_worthless_unless_it_was_opened(glass: BreakGlass) -> None:
    first, second = issued(glass), issued(glass)
    assert glass.open(first, NOW) is None
    assert glass.open(second, NOW) is not None
    with pytest.raises(BreakGlassError, match="already open"):
        issued(glass)
    assert glass.issue("p2", "later", "e2", NOW + OPEN_MS, lambda _: None)


def test_ending_it_ends_link_and_session(glass: BreakGlass) -> None:
    token = issued(glass)
    assert glass.end() is not None
    assert glass.open(token, NOW) is None
    opened = glass.open(issued(glass), NOW)
    assert opened is not None
    assert glass.end() is not None
    assert not glass.holds(opened[1].as_session(), NOW)
    assert glass.end() is None


def test_another_session_is_not_the_one_it_is_open_for(glass: BreakGlass) -> None:
    opened = glass.open(issued(glass), NOW)
    assert opened is not None
    own = opened[1].as_session()
    for session_id, person in ((own.id, "p2"), ("s_1", "p1"), ("bg_1", "p1")):
        assert not glass.holds(Session(session_id, person, UNPROVED, NOW, NOW + 1, 1), NOW)


def test_what_was_not_signed_opens_nothing(glass: BreakGlass, tmp_path: Path) -> None:
    token = issued(glass)
    path = tmp_path / FILE
    written = path.read_bytes()
    path.write_bytes(written.replace(b'"p1"', b'"p2"'))
    assert glass.state() is None
    assert glass.open(token, NOW) is None
    path.write_bytes(written)
    assert BreakGlass(path, (b"x" * 32,)).open(token, NOW) is None
    assert BreakGlass(path, (b"x" * 32, *KEYS)).good_link(token, NOW) is not None
    path.unlink()
    assert glass.state() is None


def test_the_file_keeps_its_size_and_its_owner(glass: BreakGlass, tmp_path: Path) -> None:
    path = tmp_path / FILE
    before = path.stat()
    glass.open(issued(glass), NOW)
    after = path.stat()
    assert (after.st_size, after.st_ino, after.st_blocks) == (BYTES, before.st_ino, before.st_blocks)
    assert after.st_mode & 0o777 == 0o600


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "a\x00b"])
def test_a_reason_is_asked_for(glass: BreakGlass, reason: str) -> None:
    with pytest.raises(BreakGlassError, match="needs a reason"):
        glass.issue("p1", reason, "e1", NOW, lambda _: None)
    assert glass.state() is None


def test_a_rehearsal_changes_nothing(glass: BreakGlass) -> None:
    token = issued(glass)
    glass.rehearse()
    assert glass.open(token, NOW) is not None


def test_what_can_not_be_journaled_is_not_issued(glass: BreakGlass) -> None:
    said: list[Event] = []
    glass.issue("p1", "a rehearsal", "e1", NOW, said.append)
    assert [(one.kind, one.reason, one.details["why"]) for one in said] == [
        ("break_glass.used", "issued", "a rehearsal")
    ]
    glass.end()

    def full(_: Event) -> None:
        raise JournalUnwritableError("full", "free up space")

    with pytest.raises(JournalUnwritableError):
        glass.issue("p1", "a rehearsal", "e2", NOW, full)
    state = glass.state()
    assert state is not None
    assert state.step == "ended"
