from __future__ import annotations

import pytest

from limen.sso.shared_signals.event_types import EVERY
from limen.sso.shared_signals.receivers import POLL, PUSH, SENT, SignalReceiver, SignalsFile

WIKI = SignalReceiver(
    id="wiki",
    name="Wiki",
    audience="https://wiki.example",
    events=("session-revoked",),
    app="wiki",
    push_to="signals.wiki.example",
)


def test_each_type_that_is_told_is_one_of_the_standards() -> None:
    assert all(EVERY[one.uri] is one for one in SENT.values())
    assert WIKI.event_uris == (SENT["session-revoked"].uri,)


@pytest.mark.parametrize(
    ("push_to", "may_poll", "methods"),
    [("a.example", True, (PUSH, POLL)), ("", True, (POLL,)), ("a.example", False, (PUSH,))],
)
def test_how_it_may_be_told(push_to: str, may_poll: bool, methods: tuple[str, ...]) -> None:
    told = SignalReceiver(id="a", name="A", audience="a", events=(), push_to=push_to, may_poll=may_poll)
    assert told.delivery_methods == methods


@pytest.mark.parametrize(
    ("about", "groups", "apps", "is_told"),
    [
        ((), {"staff"}, {"wiki"}, True),
        ((), {"staff"}, {"crm"}, False),
        (("everyone",), set(), set(), True),
        (("staff", "sales"), {"sales"}, set(), True),
        (("staff",), {"sales"}, {"wiki"}, False),
    ],
)
def test_about_whom_it_is_told(about: tuple[str, ...], groups: set[str], apps: set[str], is_told: bool) -> None:
    told = SignalReceiver(id="a", name="A", audience="a", events=(), app="wiki", about=about)
    assert told.is_told_of(groups, apps) is is_told


@pytest.mark.parametrize(
    ("url", "may_be"),
    [
        ("https://signals.wiki.example/events", True),
        ("https://signals.wiki.example:443/events?tenant=1", True),
        ("https://SIGNALS.wiki.example/", True),
        ("http://signals.wiki.example/events", False),
        ("https://signals.wiki.example:8443/", False),
        ("https://wiki.example/", False),
        ("https://signals.wiki.example.evil.example/", False),
        ("https://signals.wiki.example@evil.example/", False),
        ("https://evil.example/#signals.wiki.example", False),
        ("https://evil.example\\@signals.wiki.example/", False),
        ("https://signals.wiki.example/#x", False),
        ("https://signals.wiki.example./", False),
        ("https://169.254.169.254/", False),
        ("https://signals.wiki.example/\r\nX: y", False),
        ("https://signals.wiki.example/" + "a" * 1_000, False),
        ("https://[::1/", False),
        ("//signals.wiki.example/", False),
        ("", False),
    ],
)
def test_events_are_pushed_to_its_one_host_alone(url: str, may_be: bool) -> None:
    assert WIKI.may_push_to(url) is may_be


def test_without_a_host_nothing_is_pushed() -> None:
    assert not SignalReceiver(id="a", name="A", audience="a", events=()).may_push_to("https:///")


def test_a_receiver_is_found_by_its_id() -> None:
    file = SignalsFile((WIKI,))
    assert (file.receiver("wiki"), file.receiver("crm")) == (WIKI, None)
