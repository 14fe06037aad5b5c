"""An event is said in the transaction that does it, with what its kind needs and nothing empty."""

from __future__ import annotations

from typing import Any

from limen.events import Event
from limen.identity.events import record
from limen.storage.written_with import NOTHING_BESIDE, Beside

NOW = 1_700_000_000_000


class Transaction:
    """Keeps what was said."""

    def __init__(self) -> None:
        self.said: list[Event] = []
        self.beside: Beside = NOTHING_BESIDE

    def say(self, what: Event, beside: Beside = NOTHING_BESIDE) -> Event:
        self.said.append(what)
        self.beside = beside
        return what


def said(*details: Any, **named: str) -> Event:
    transaction = Transaction()
    record(transaction, NOW, "session.revoked", *details, **named)  # type: ignore[arg-type]
    return transaction.said[0]


def test_who_did_what_to_whom() -> None:
    event = said({"scope": "person"}, by="p_1", subject="p_2", session="s_1", reason="panic")
    assert (event.at, event.kind, event.actor, event.subject) == (NOW, "session.revoked", "p_1", "p_2")
    assert (event.session, event.reason, event.details) == ("s_1", "panic", {"scope": "person"})


def test_why_is_kept_only_where_somebody_wrote_it() -> None:
    assert said({"app": "wiki"}, why="left the company").details == {"app": "wiki", "why": "left the company"}
    assert said().details == {}


def test_what_is_said_of_one_is_not_said_of_the_next() -> None:
    details = {"app": "wiki"}
    said(details, why="a reason")
    assert details == {"app": "wiki"}
    assert said().details == {}


def test_an_address_is_never_longer_than_an_address_can_be() -> None:
    assert said(address="2001:db8::1" * 50).address == ("2001:db8::1" * 50)[:64]


def test_what_is_written_with_an_event_goes_along() -> None:
    transaction = Transaction()
    record(transaction, NOW, "session.revoked", {}, {"groups": frozenset({"staff"})})  # type: ignore[arg-type]
    assert transaction.beside == {"groups": frozenset({"staff"})}
