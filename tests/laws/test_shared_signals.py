"""Whatever changes, and wherever it is killed: each stream gets each change that it is entitled to once, in order, and
no other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.dial import size

from limen.clock import SetClock
from limen.events import Event
from limen.facts import FactStore, Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.pillars import pillars
from limen.sso.shared_signals import outbox_store, store
from limen.sso.shared_signals.fan_out import FanOut
from limen.sso.shared_signals.noting import events_for
from limen.sso.shared_signals.outbox_store import Noted
from limen.sso.shared_signals.receivers import SENT, SignalReceiver, SignalsFile
from limen.sso.shared_signals.store import Status, Stream
from limen.sso.shared_signals.telling import Teller
from limen.storage import Database, Transaction

NOW = 1_764_000_000_000
GROUPS = ("staff", "sales")
EVENTS = tuple(SENT)
SAID: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sessions.revoked", {"scope": "person"}),
    ("person.changed", {"change": "let-go"}),
    ("person.changed", {"change": "resumed"}),
    ("factor.added", {"factor": "passkey"}),
    ("factor.removed", {"factor": "code"}),
    ("step_up.succeeded", {"strength": 2}),
    ("recovery.codes_made", {}),
    ("mail.sent", {}),
)
changes = st.lists(
    st.tuples(st.sampled_from(SAID), st.sampled_from(["pe_0", "pe_1", "pe_2"]), st.booleans()), max_size=8
)
receivers = st.lists(
    st.tuples(
        st.lists(st.sampled_from(EVENTS), min_size=1, max_size=4, unique=True),
        st.sampled_from([("everyone",), ("staff",), ("sales",)]),
        st.sampled_from(list(Status)),
    ),
    max_size=3,
)


class KilledError(Exception):
    """The process is gone before the commit."""


def killing(work: Callable[[Transaction], object]) -> Callable[[Transaction], None]:
    def done(transaction: Transaction) -> None:
        work(transaction)
        raise KilledError

    return done


@settings(
    max_examples=size(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    changes=changes,
    chosen=receivers,
    crowd=st.lists(st.sampled_from(GROUPS), min_size=3, max_size=3),
    killed=st.integers(0, 3),
)
def test_each_change_comes_once_in_order_to_whoever_may_know(
    tmp_path_factory: pytest.TempPathFactory, changes: list[Any], chosen: list[Any], crowd: list[str], killed: int
) -> None:
    pillars()
    database = Database.open(tmp_path_factory.mktemp("law") / "limen.db", clock=SetClock(NOW))
    try:
        told = [
            SignalReceiver(id=f"r{n}", name="R", audience=f"a{n}", events=tuple(e), about=a)
            for n, (e, a, _) in enumerate(chosen)
        ]
        known = FactStore()
        known.set_rules(SignalsFile, SignalsFile(tuple(told)))
        everybody = [
            Person(f"pe_{n}", f"P{n}", f"p{n}@harbor.example", frozenset({group})) for n, group in enumerate(crowd)
        ]

        def begin(transaction: Transaction) -> None:
            for one in everybody:
                people.add(transaction.connection, one, PersonStatus.ACTIVE, NOW)
            for receiver, (_, _, status) in zip(told, chosen, strict=True):
                events = tuple(one.uri for one in SENT.values())
                stream = Stream(id=f"s_{receiver.id}", receiver=receiver.id, made_at=NOW, events=events, status=status)
                store.add(transaction.connection, stream, None)

        database.write(begin)
        happened: list[tuple[Person, str]] = []
        for (kind, details), person_id, is_killed in changes:
            event = Event(at=NOW, kind=kind, actor=person_id, subject=person_id, details=details)
            if is_killed:
                with pytest.raises(KilledError):
                    database.write(killing(lambda t, event=event: t.say(event)))
                continue
            database.write(lambda t, event=event: t.say(event))
            person = next(one for one in everybody if one.id == person_id)
            happened += [(person, one.uri) for one in events_for(event)]
        core: Any = SimpleNamespace(clock=SetClock(NOW), known=known)
        fan_out = FanOut(core, Teller("https://id.example", lambda person, _app: person))
        for _ in range(killed):
            with pytest.raises(KilledError):
                database.write(killing(fan_out.take_over))
        while database.write(fan_out.take_over):
            pass
        for receiver, (_, _, status) in zip(told, chosen, strict=True):
            due = database.read(lambda s, receiver=receiver: outbox_store.due(s.connection, f"s_{receiver.id}", 999))
            may_know = [
                (person.id, uri)
                for person, uri in happened
                if status is not Status.DISABLED
                and uri in receiver.event_uris
                and receiver.is_told_of(person.groups, ())
            ]
            assert [(one.person_id, next(iter(one.claims["events"]))) for one in due] == may_know
            assert {one.claims["aud"] for one in due} <= {receiver.audience}
        assert not database.read(lambda s: outbox_store.is_anything_noted(s.connection))
    finally:
        database.close()


def test_a_noted_change_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Also by a Limen that knows fewer of its fields."""
    database = Database.open(tmp_path / "limen.db")
    one = Noted(at=NOW, change="e", uri="u", event={"claims": {"groups": None}}, person="pe_1", left=("a",), device="d")
    try:
        database.write(lambda t: outbox_store.note(t.connection, [one]))
        assert [each.noted for each in database.read(lambda s: outbox_store.noted(s.connection, 1))] == [one]
    finally:
        database.close()
