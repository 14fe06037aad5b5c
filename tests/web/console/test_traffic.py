"""What was really asked is shown, and rules and public routes are picked from it."""

from __future__ import annotations

from tests.enforcement.test_traffic import asked, kept_words
from tests.web.console.conftest import Console
from tests.web.console.test_changes import begun, published
from tests.web.console.test_onboarding import onboard

from limen.clock import DAY
from limen.enforcement.traffic import KEPT, MOST_PATTERNS
from limen.facts import ActionRule

AT = "/console/apps/wiki/asked"


async def test_rules_and_a_public_route_are_picked_from_what_was_asked(console: Console) -> None:
    ben = console.house.browser()
    await console.house.member(ben, "Ben", "warehouse")
    assert (await console.ada.get(AT)).status_code == 404
    await onboard(console)
    assert "No requests yet" in (await console.ada.get(AT)).text
    observed, app = console.house.limen.doors.traffic, console.house.limen.known.apps["wiki"]
    kept_words(observed, "invite", "Reports/run", "logo", "tools.git/info/refs", of=app)
    for request in ("GET /invite/7?token=s3cret", "POST /Reports/run", "GET /logo", "GET /<b>"):
        await console.ask(ben, "wiki", *request.split(" "))
    limen = console.house.limen
    limen.doors.decide_request("gateway", b"GET", limen.known.apps["wiki"].host.encode(), b"/logo", b"", "192.0.2.7")
    for action in ("view", "edit"):
        asked(limen.doors.traffic, "/tools.git/info/refs", action=action, of=limen.known.apps["wiki"])
    page = (await console.ada.get(AT)).text
    assert page.count('/info/refs"') == 1
    assert "view or edit<br>" in page
    assert "git requests this before fetching and before pushing" in page
    for words in ("GET /invite/*", "POST /Reports/run", "GET /logo", 'GET /*"', "share", "by <code>edit /**</code>"):
        assert words in page
    assert "s3cret" not in page
    assert "<b>" not in page.replace("<body", "")
    assert "Ben" not in page

    refusals = (
        ({"route": "GET /never", "action": "view"}, "no longer in the list"),
        ({"route": "GET /logo", "action": "connect"}, "no such action"),
        ({"route": "GET /logo", "action": "public"}, "needs a reason"),
        ({"route": "GET /*", "action": "public", "why": "everything"}, "nearly everything"),
        ({"action": "view"}, "nothing was selected"),
        ({"route": "GET /logo", "action": "proposed"}, "already has the proposed actions"),
    )
    for fields, words in refusals:
        answer = await console.ada.post(AT, **fields)
        assert answer.status_code == 400
        assert words in answer.text

    change = await begun(console, AT, route="GET /invite/*", action="proposed")
    assert "app wiki changed: rules" in (await console.ada.get(change)).text
    await published(console, change, "Invitations are shares")
    await console.ada.get(AT)
    change = await begun(console, AT, route="GET /logo", action="public", why="A logo for the sign-in page")
    await published(console, change, "The logo is public")
    wiki = limen.known.apps["wiki"]
    assert ActionRule("share", frozenset({"GET", "HEAD"}), "/invite/*") in wiki.rules
    assert [(one.pattern, one.why) for one in wiki.public] == [("/logo", "A logo for the sign-in page")]
    assert limen.doors.decide_request("gateway", b"GET", wiki.host.encode(), b"/logo", b"", "192.0.2.7").permitted
    assert (await console.ask(ben, "wiki", "GET", "/invite/8")).route.request.action == "share"  # type: ignore[union-attr]
    page = (await console.ada.get(AT)).text
    assert "by <code>public /logo</code>" in page

    console.house.clock.forward(9 * DAY + KEPT)
    assert limen.doors.traffic.forget(limen.known.apps, limen.clock.now()) == ("wiki",)


async def test_a_page_shows_a_hundred_and_stays_light_however_much_was_asked(console: Console) -> None:
    await onboard(console)
    wiki = console.house.limen.known.apps["wiki"]
    for one in range(MOST_PATTERNS):
        path = f"{chr(97 + one // 26)}{chr(97 + one % 26)}/lists"
        kept_words(console.house.limen.doors.traffic, path, of=wiki)
        asked(console.house.limen.doors.traffic, f"/{path}", of=wiki)
    page = (await console.ada.get(AT)).text
    assert page.count('name="route"') == 100
    assert 'asked?start=100"' in page
    assert len(page) < 100_000
    page = (await console.ada.get(f"{AT}?start=200")).text
    assert page.count('name="route"') == 100
    answer = await console.ada.post(AT, route="GET /never", action="view", start="200")
    assert 'asked?start=100"' in answer.text


async def test_who_did_not_prove_it_lately_picks_nothing(console: Console) -> None:
    await onboard(console)
    await console.ask(console.ada, "wiki", "GET", "/logo")
    await console.ada.get(AT)
    console.house.clock.forward(DAY // 24)
    answer = await console.ada.post(AT, route="GET /logo", action="public", why="A logo")
    assert "/step-up" in answer.headers["location"]
