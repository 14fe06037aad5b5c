"""The demo's door: for a browser on this machine alone, at its own host, from its own page, and each ticket once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from limen.demo.control_panel import ARRIVE, MOST_TICKETS, ControlPanel, Tickets, is_from_here
from limen.errors import LimenError

HERE, SIGN_IN = b"harbor.localhost:8080", b"limen.harbor.localhost:8080"
COOKIES = {"__Host-limen": "s" * 43}


async def limen(scope: Any, _receive: Any, send: Any) -> None:
    """Limen itself: says what it was asked, with the headers that it saw."""
    await answer(send, 404, repr(scope["headers"]).encode())


async def pages(_scope: Any, _receive: Any, send: Any) -> None:
    await answer(send, 200, b"the demo's page")


async def answer(send: Any, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})


def stage() -> ControlPanel:
    made = ControlPanel(limen, "http://limen.harbor.localhost:8080")
    made.pages = pages
    made.address = lambda: "192.0.2.77"
    return made


def ask(
    asked: ControlPanel,
    host: bytes,
    path: str = "/",
    *more: tuple[bytes, bytes],
    method: str = "GET",
    peer: str = "127.0.0.1",
) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[dict[str, Any]] = []
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"host", host), *more],
        "client": (peer, 1),
    }

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(asked(scope, None, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


SAME_SITE, SAME_ORIGIN = (b"sec-fetch-site", b"same-site"), (b"sec-fetch-site", b"same-origin")


def arrive(asked: ControlPanel, *more: tuple[bytes, bytes], host: bytes = SIGN_IN, peer: str = "127.0.0.1") -> int:
    url = asked.arrive_url(asked.tickets.issue(COOKIES))
    return ask(asked, host, url.removeprefix("http://limen.harbor.localhost:8080"), *more, peer=peer)[0]


def test_the_page_is_for_this_machine_at_its_own_host() -> None:
    assert ask(stage(), HERE)[0] == 200
    for peer in ("203.0.113.9", "2001:db8::1", "", "unix"):
        assert ask(stage(), HERE, peer=peer)[0] == 403
    for field in (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"x-forwarded-host", b"via"):
        assert ask(stage(), HERE, "/", (field, b"203.0.113.9"))[0] == 403  # a proxy on this machine speaks for others
    for host in (
        b"evil.example",
        b"harbor.localhost",
        b"harbor.localhost:8080.evil.example",
        b"x.harbor.localhost:8080",
    ):
        assert ask(stage(), host)[0] == 404


def test_a_change_comes_from_the_demos_own_page() -> None:
    assert ask(stage(), HERE, "/do/be", SAME_ORIGIN, method="POST")[0] == 200
    for fields in ((), (SAME_SITE,), ((b"sec-fetch-site", b"cross-site"),), (SAME_ORIGIN, SAME_SITE)):
        assert ask(stage(), HERE, "/do/be", *fields, method="POST")[0] == 403


def test_a_ticket_hands_over_a_sign_in_once() -> None:
    asked = stage()
    path = asked.arrive_url(asked.tickets.issue(COOKIES)).removeprefix("http://limen.harbor.localhost:8080")
    status, headers, _ = ask(asked, SIGN_IN, path, SAME_SITE)
    assert (status, headers[b"location"]) == (303, b"http://harbor.localhost:8080/#answer")
    assert headers[b"set-cookie"] == b"__Host-limen=" + b"s" * 43 + b"; Path=/; Secure; HttpOnly; SameSite=Lax"
    assert ask(asked, SIGN_IN, path, SAME_SITE)[0] == 403
    assert ask(asked, SIGN_IN, f"{ARRIVE}?ticket=", SAME_SITE)[0] == 403
    assert ask(asked, SIGN_IN, ARRIVE, SAME_SITE)[0] == 403


def test_a_ticket_is_worth_nothing_to_anybody_else() -> None:
    assert arrive(stage(), SAME_SITE) == 303
    assert arrive(stage()) == 403
    assert arrive(stage(), (b"sec-fetch-site", b"cross-site")) == 403
    assert arrive(stage(), SAME_SITE, peer="203.0.113.9") == 404  # from elsewhere there is no such door at all
    assert arrive(stage(), SAME_SITE, (b"x-forwarded-for", b"203.0.113.9")) == 404
    assert arrive(stage(), SAME_SITE, host=b"wiki.harbor.localhost:8080") == 404


def test_tickets_are_few_and_short_lived() -> None:
    now = [0.0]
    tickets = Tickets(lambda: now[0])
    first = tickets.issue(COOKIES)
    now[0] = 31.0
    assert tickets.redeem(first) is None
    many = [tickets.issue(COOKIES) for _ in range(MOST_TICKETS + 1)]
    assert tickets.redeem(many[0]) is None
    assert tickets.redeem(many[-1]) == COOKIES


def test_the_visitors_requests_say_where_they_are_and_nobody_elses_do() -> None:
    asked = stage()
    told: list[tuple[str, str, str]] = []
    asked.saw = lambda *seen: told.append(seen)
    wiki = b"wiki.harbor.localhost:8080"
    cookie = (b"cookie", b"__Host-limen-app=" + b"c" * 43)
    assert b"192.0.2.77" in ask(asked, wiki, "/", cookie, (b"user-agent", b"Mine"))[2]
    assert told == [("wiki.harbor.localhost:8080", "Mine", "c" * 43)]
    assert b"192.0.2.77" not in ask(asked, wiki, peer="203.0.113.9")[2]
    assert b"192.0.2.77" not in ask(asked, wiki, "/", (b"x-forwarded-for", b"203.0.113.66"), cookie)[2]
    assert len(told) == 1
    ask(asked, wiki, "/", cookie, cookie)
    assert len(told) == 1  # sent twice: nobody knows which


def test_it_is_only_ever_at_a_name_of_this_machine() -> None:
    for url in ("https://limen.example.com", "http://localhost:8080", "https://limen.localhost.example"):
        with pytest.raises(LimenError, match="the demo can't use"):
            ControlPanel(limen, url)


def test_before_harbor_is_open_it_says_so() -> None:
    asked = stage()
    asked.pages = None
    assert ask(asked, HERE)[0] == 503


def test_what_has_no_peer_is_not_from_here() -> None:
    assert not is_from_here({"type": "http", "headers": []})
    assert is_from_here({"type": "http", "headers": [], "client": ("::1", 1)})
