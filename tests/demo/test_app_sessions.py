"""What an app that signs people in itself keeps: bounded, and each way back counts once."""

from __future__ import annotations

from starlette.requests import Request

from limen.demo.app_sessions import LOGIN, MOST, AppSession, AppSessions, written


def sessions() -> AppSessions:
    return AppSessions("expenses", "Expenses", "OpenID Connect", lambda: 7)


def request(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", f"{LOGIN}={cookie}".encode())]})


def test_what_was_begun_counts_once_and_in_its_own_browser() -> None:
    held = sessions()
    begun = held.begin("http://limen.localhost/", "state", "nonce")
    cookie = begun.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert held.begun(request("another")) == ()
    assert held.begun(request(cookie)) == ("state", "nonce")
    assert held.begun(request(cookie)) == ()


def test_only_the_newest_are_kept_and_an_end_stays() -> None:
    held = sessions()
    for number in range(MOST + 1):
        held.open(AppSession(f"g_{number}", "oscar@harbor.example", "Oscar", {}, number))
    mine = held.of("oscar@harbor.example")
    assert [one.id for one in mine[:1]] == [f"g_{MOST}"]
    assert len(mine) == MOST
    held.end(f"g_{MOST}")
    assert mine[0].ended_at == 7
    assert held.of("ada@harbor.example") == []


def test_lists_are_written_as_people_read_them() -> None:
    assert written([("groups", ["a", "b"]), ("acr", "phr")]) == {"groups": "a, b", "acr": "phr"}
