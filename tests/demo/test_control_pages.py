"""The demo's page over HTTP, as a browser without scripts has it: press, arrive, read the answer beside the app."""

from __future__ import annotations

import html
import re
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

from tests.demo.alive import Alive
from tests.golden import Expected

from limen.facts import SessionState

PAGE = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "User-Agent": "A visitor's"}


class Visiting:
    """A browser on this machine: no proxy speaks for it, and cookies are kept by host."""

    def __init__(self, url: str) -> None:
        self.at = urlsplit(url)
        self.cookies: dict[str, dict[str, str]] = {}

    def request(self, method: str, url: str, body: str = "", **fields: str) -> tuple[HTTPResponse, str]:
        place = urlsplit(url)
        kept = self.cookies.setdefault(place.netloc, {})
        sent = {**PAGE, "Host": place.netloc, "Cookie": "; ".join(f"{k}={v}" for k, v in kept.items()), **fields}
        connection = HTTPConnection("127.0.0.1", place.port or 80, timeout=60)
        target = place.path + (f"?{place.query}" if place.query else "")
        connection.request(method, target, body or None, sent)
        answered = connection.getresponse()
        text = answered.read().decode()
        connection.close()
        for name, value in answered.getheaders():
            if name.lower() == "set-cookie":
                pair = value.partition(";")[0].partition("=")
                kept[pair[0]] = pair[2]
        return answered, text

    def page(self) -> str:
        return self.request("GET", f"http://{self.at.netloc}/")[1]

    def press(self, what: str, it: str, **fields: str) -> tuple[int, str]:
        """Press a button, and go where it leads."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page())
        assert found is not None
        form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Origin": "null"}
        body = urlencode({"csrf": found[1], "it": it})
        answered, _ = self.request("POST", f"http://{self.at.netloc}/do/{what}", body, **{**form, **fields})
        to = answered.getheader("location") or ""
        if to.startswith("/going"):
            _, going = self.request("GET", f"http://{self.at.netloc}{to}")
            onward = re.search(r'content="0;url=([^"]+)"', going)
            assert onward is not None
            arrived, _ = self.request("GET", html.unescape(onward[1]), **{"Sec-Fetch-Site": "same-site"})
            return arrived.status, arrived.getheader("location") or ""
        return answered.status, to


def asked_and_why(page: str) -> str:
    """The question beside the app, what was answered before and now, and the reasons."""
    shown = re.search(r'<h3 class="asked">.*?<ul class="because">.*?</ul>', page, re.DOTALL)
    assert shown is not None
    parts = re.findall(r'<(?:h3 class="asked"|span class="effect[^"]*"|li)>(.*?)</(?:h3|span|li)>', shown[0], re.DOTALL)
    return "\n".join(html.unescape(re.sub(r"<[^>]*>", "", part)).strip() for part in parts)


def tries_on(page: str) -> int:
    """How many things that a thief tried are shown."""
    shown = re.search(r'<ol class="tried">(.*?)</ol>', page, re.DOTALL)
    return shown[1].count("<li>") if shown else 0


def test_one_press_signs_the_browser_in_for_real(harbor: Alive, expected: Expected) -> None:
    opened = harbor.opened
    me = Visiting(opened.url)
    page = me.page()
    assert {"employee", "finance", "administrator"} <= {*re.findall(r'name="it" value="(\w+)"', page)}
    assert me.press("be", "administrator") == (303, f"{opened.stage.origin}/#answer")
    page = me.page()
    expected(asked_and_why(page))
    assert opened.visitor.last is not None
    assert f"/console/decisions/{opened.visitor.last.decision}" in page

    home = opened.company.limen.settings.public_url
    answered, console = me.request("GET", f"{home}/console")  # the browser itself, not the demo's copy of it
    assert answered.status == 200
    assert "Ada Nwosu" in console
    session = opened.visitor.session
    assert session is not None
    assert opened.company.limen.known.session_state(session, "", opened.visitor.clock.now()) is SessionState.LIVE


def test_a_fact_that_is_changed_turns_the_answer_beside_the_app(harbor: Alive, expected: Expected) -> None:
    me = Visiting(harbor.opened.url)
    me.press("be", "employee")
    me.press("time", "morning")
    me.press("prove", "password")
    expected(asked_and_why(me.page()))
    me.press("place", "hall")
    page = me.page()
    assert '<span class="unseen">became</span>' in page
    expected(asked_and_why(page))
    me.press("ask", "payroll")
    expected(asked_and_why(me.page()))


def test_the_stolen_cookie_is_shown_and_ended(harbor: Alive) -> None:
    me = Visiting(harbor.opened.url)
    me.press("be", "finance")
    me.press("time", "morning")
    me.press("ask", "payroll")
    me.press("steal", "now")
    page = me.page()
    theft = harbor.opened.visitor.theft
    assert theft is not None
    assert [one.status for one in theft.tried] == [200, 303, 303]
    assert tries_on(page) == 3
    assert theft.cookie not in page
    me.press("end", "all")
    assert tries_on(me.page()) == 4
    theft = harbor.opened.visitor.theft
    assert theft is not None
    assert theft.after is not None
    assert theft.after.status == 303  # to the sign-in
    assert harbor.opened.visitor.session is None


def test_what_does_not_come_from_the_page_changes_nothing(harbor: Alive) -> None:
    me = Visiting(harbor.opened.url)
    me.press("be", "employee")
    before = harbor.opened.visitor.session
    assert me.press("be", "administrator", **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert me.press("be", "administrator", Cookie="__Host-harbor-stage=" + "x" * 43)[0] == 403
    assert me.press("be", "owner")[0] == 404
    assert me.press("open", "now")[0] == 404
    assert me.request("POST", f"{harbor.opened.url}do/be", "it=administrator")[0].status == 403
    assert me.request("GET", f"{harbor.opened.url}do/be")[0].status == 405
    assert me.request("GET", f"{harbor.opened.url}going?ticket=%22%3E%3Cscript%3E")[0].getheader("location") == "/"
    assert harbor.opened.visitor.session == before


def test_what_goes_wrong_is_said_once(harbor: Alive) -> None:
    me = Visiting(harbor.opened.url)
    me.press("be", "finance")
    me.press("end", "all")
    me.press("prove", "again")
    assert 'role="alert"' in me.page()
    assert 'role="alert"' not in me.page()


def test_who_would_rather_use_their_own_passkey_gets_a_link(harbor: Alive) -> None:
    me = Visiting(harbor.opened.url)
    for _ in range(2):
        found = re.search(r'name="csrf" value="([^"]+)"', me.page())
        assert found is not None
        form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        body = urlencode({"csrf": found[1], "it": "now"})
        answered, _ = me.request("POST", f"{harbor.opened.url}do/join", body, **form)
        assert answered.getheader("location") == "/going?to=enrol"
        assert re.search(r"/enrol#[\w-]{43}", me.request("GET", f"{harbor.opened.url}going?to=enrol")[1])
    assert me.request("GET", f"{harbor.opened.url}going?to=enrol")[0].status == 303


def test_it_comes_with_its_own_files_and_nothing_else(harbor: Alive) -> None:
    me = Visiting(harbor.opened.url)
    page = me.page()
    for name in ("limen.css", "stage.css", "live.js"):
        found = re.search(rf'"(/static/[0-9a-f]{{16}}/{re.escape(name)})"', page)
        assert found is not None
        answered, _ = me.request("GET", harbor.opened.url.rstrip("/") + found[1])
        assert (answered.status, answered.getheader("cache-control")) == (200, "public, max-age=31536000, immutable")
    assert me.request("GET", f"{harbor.opened.url}static/none/x.css")[0].status == 404
    assert me.request("GET", f"{harbor.opened.url}favicon.ico")[0].status == 200
    answered, _ = me.request("GET", harbor.opened.url)
    assert "frame-ancestors 'none'" in (answered.getheader("content-security-policy") or "")
