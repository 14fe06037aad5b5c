"""Attacks on the form that is kept over a fresh proof: taken by others, twice, changed, late, or too large."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.web import conftest as web
from tests.web.conftest import ORIGIN, OUR_PAGE, Browser, House

from limen.browser_state import BrowserStates
from limen.clock import MINUTE
from limen.web.carried_forms import LIVES_SECONDS, MOST_BYTES

house, browser = web.house, web.browser

NOA = {"name": "Noa Vos", "email": "noa@harbor.example", "how": "show"}
AT = "/console/people/invite"


def way_on(asked: httpx2.Response) -> str:
    return parse_qs(urlsplit(asked.headers["location"]).query)["to"][0]


async def kept(house: House, browser: Browser) -> str:
    """Ada has sent a form and was asked who she is: the address that brings it back."""
    if not browser.csrf:
        await house.administrator(browser)
    await browser.get(AT)
    house.clock.forward(11 * MINUTE)
    address = way_on(await browser.post(AT, **NOA))
    assert address.startswith("/go-on?form=")
    return address


def is_there(page: httpx2.Response) -> bool:
    return NOA["email"] in page.text


def refused(house: House) -> list[str]:
    return [event.reason for event in house.events("request.refused")]


async def test_coming_back_does_nothing_until_it_is_pressed(house: House, browser: Browser) -> None:
    address = await kept(house, browser)
    await browser.step_up("limen", address)
    assert is_there(await browser.get(address))
    assert len(house.limen.known.people) == 1


async def test_without_the_proof_the_press_is_asked_for_it_again_and_does_nothing(
    house: House, browser: Browser
) -> None:
    address = await kept(house, browser)
    asked = await browser.press(await browser.get(address))
    assert urlsplit(asked.headers["location"]).path == "/step-up"
    assert len(house.limen.known.people) == 1


async def test_it_is_shown_once(house: House, browser: Browser) -> None:
    address = await kept(house, browser)
    assert is_there(await browser.get(address))
    again = await browser.get(address)
    assert (again.status_code, is_there(again)) == (400, False)
    assert refused(house) == ["form-unknown"]


async def test_another_session_gets_nothing_and_ends_it(house: House, browser: Browser) -> None:
    """Another administrator's; and it is spent, so that whoever stole an address can't try it twice."""
    address = await kept(house, browser)
    bea = house.browser()
    await house.member(bea, "Bea", "administrators", "staff")
    assert not is_there(await bea.get(address))
    assert refused(house) == ["form-of-another-browser"]
    assert not is_there(await browser.get(address))


async def test_the_next_session_in_the_same_browser_gets_nothing(house: House, browser: Browser) -> None:
    """Ada signs out after she pressed, and signs in again: what she began in the first session died with it."""
    address = await kept(house, browser)
    await browser.get("/")
    assert (await browser.post("/sign-out")).status_code in {200, 303}
    await browser.sign_in()
    assert not is_there(await browser.get(address))
    assert refused(house) == ["form-of-another-browser"]


async def test_the_session_in_another_browser_gets_nothing(house: House, browser: Browser) -> None:
    """A stolen session cookie without the browser's own."""
    address = await kept(house, browser)
    thief = house.browser(address="198.51.100.66")
    thief.client.cookies.set("__Host-limen", browser.client.cookies["__Host-limen"], domain="limen.harbor.localhost")
    assert not is_there(await thief.get(address))
    assert refused(house) == ["form-of-another-browser"]


async def test_nobody_gets_nothing_and_it_stays(house: House, browser: Browser) -> None:
    address = await kept(house, browser)
    assert (await house.browser().get(address)).headers["location"] == "/sign-in"
    assert is_there(await browser.get(address))


@pytest.mark.parametrize("change", [lambda a: a[:-1], lambda a: f"{a[:-1]}{'A' if a[-1] != 'A' else 'B'}", str.lower])
async def test_a_changed_state_brings_nothing(house: House, browser: Browser, change: object) -> None:
    address = await kept(house, browser)
    head, state = address.split("=")
    page = await browser.get(f"{head}={change(state)}")  # type: ignore[operator]
    assert (page.status_code, is_there(page)) == (400, False)
    assert refused(house) == ["form-unknown"]


@pytest.mark.parametrize(
    "query", ["", "?form=", "?form=x&form=y", "?form=%00", f"?form={'A' * 43}", f"?form={'ü' * 199}"]
)
async def test_what_is_no_state_is_an_error_that_a_person_can_read(house: House, browser: Browser, query: str) -> None:
    await house.administrator(browser)
    assert (await browser.get(f"/go-on{query}")).status_code == 400


async def test_a_state_of_another_purpose_brings_nothing(house: House, browser: Browser) -> None:
    await kept(house, browser)
    states = house.limen.core.offers.take(BrowserStates)
    other = await states.issue("another", b"browser", {"form": "f"}, 60)
    assert (await browser.get(f"/go-on?form={other}")).status_code == 400
    assert refused(house) == ["form-of-another-purpose"]


async def test_what_comes_late_brings_nothing(house: House, browser: Browser) -> None:
    address = await kept(house, browser)
    house.clock.forward(LIVES_SECONDS * 1000)
    assert not is_there(await browser.get(address))
    assert refused(house) == ["form-expired"]


async def test_a_form_that_is_too_large_is_not_kept(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get(AT)
    house.clock.forward(11 * MINUTE)
    parts = {f"field{n}": "x" * 16_000 for n in range(MOST_BYTES // 16_000 + 1)}
    assert way_on(await browser.post(AT, **NOA, **parts)) == f"{AT}?proved=again"


async def test_a_form_of_another_site_or_without_the_token_is_not_kept(house: House, browser: Browser) -> None:
    """What a stranger's page sends is not shown to anybody as their own, even for one press."""
    await house.administrator(browser)
    await browser.get(AT)
    house.clock.forward(61 * MINUTE)  # so long that the page itself is not opened without a proof
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for headers, csrf in ((foreign, browser.csrf), (OUR_PAGE, "A" * 43)):
        asked = await browser.client.post(AT, data={"csrf": csrf, **NOA}, headers=headers)
        assert "/go-on" not in asked.headers.get("location", "")
        assert len(house.limen.known.people) == 1


async def test_the_press_needs_the_sessions_token_and_our_page(house: House, browser: Browser) -> None:
    address = await kept(house, browser)
    await browser.step_up("limen", address)
    page = await browser.get(address)
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for headers, csrf in ((foreign, browser.csrf), (OUR_PAGE, "A" * 43)):
        assert (await browser.client.post(AT, data={"csrf": csrf, **NOA}, headers=headers)).status_code == 403
    assert (await browser.client.get(f"{ORIGIN}{AT}?name=Noa&email=noa@harbor.example&how=show")).status_code == 200
    assert len(house.limen.known.people) == 1
    assert is_there(page)


async def test_who_may_not_do_it_learns_no_name_and_nothing_is_done(house: House, browser: Browser) -> None:
    """The form is one's own, the person in its address is not: their name is for whoever may do this."""
    await house.administrator(house.browser())
    noor = await house.member(house.browser(), "Noor", "staff")
    await house.member(browser, "Mia", "staff")
    await browser.get("/")
    sent = await browser.post(f"/console/people/{noor}/let-go")
    assert sent.headers["location"].startswith("/not-yet")
    assert house.limen.known.people[noor].active


async def test_rights_that_are_gone_by_then_do_nothing(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    bea_id = await house.member(browser, "Bea", "administrators", "staff")
    await browser.get(AT)
    house.clock.forward(11 * MINUTE)
    address = way_on(await browser.post(AT, **NOA))
    await browser.step_up("limen", address)
    page = await browser.get(address)
    await house.limen.identity.people.set_groups(bea_id, {"staff"}, by="")
    assert (await browser.press(page)).headers["location"].startswith("/not-yet")
    assert not [one for one in house.limen.known.people.values() if one.email == NOA["email"]]


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file there. Limen goes on writing: where one is put in another's place meanwhile, all are read again."""
    while True:
        with suppress(FileNotFoundError):
            return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_nothing_of_it_is_written_to_the_disk(house: House, browser: Browser) -> None:
    await kept(house, browser)
    house.limen.journal.flush()
    written = contents(house.limen.core.root)
    assert any(path.suffix == ".db" for path in written)
    assert not [path for path, content in written.items() if NOA["email"].encode() in content]
