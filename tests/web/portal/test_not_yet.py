"""Not yet: one sentence, every condition, how to mend what failed; for nobody else's eyes, and without a threshold."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tests.golden import Expected
from tests.web.conftest import Browser, House, decision_in

from limen.clock import HOUR
from limen.messages import Language, catalogue

NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


async def _refused(house: House, browser: Browser, app: str, path: str) -> str:
    """The id of a refusal that a browser walked into."""
    there = await house.into(browser, app)
    answered = await there.get(path, **NAVIGATION)
    pages = ("https://limen.harbor.localhost/not-yet?decision=", "https://limen.harbor.localhost/withheld?decision=")
    assert answered.headers["location"].startswith(pages), answered.text
    return decision_in(answered.headers["location"])


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


async def test_an_unhealthy_device_is_the_one_thing_that_fails(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    decision = await _refused(house, browser, "payroll", "/export/november.csv")
    page = await browser.get(f"/not-yet?decision={decision}")
    assert page.status_code == 200
    assert "<h1>Payroll isn&#39;t available on this device yet</h1>" in page.text
    assert page.text.count('<li class="fails">') == 1
    assert decision in page.text
    assert "Data on a disk is only as safe as that disk." in page.text


async def test_a_role_that_is_missing_is_named_without_naming_who_has_it(house: House, browser: Browser) -> None:
    await house.member(browser, "Otto", "staff")
    page = (await browser.get(f"/not-yet?decision={await _refused(house, browser, 'payroll', '/')}")).text
    assert "<h1>You don&#39;t have access to Payroll</h1>" in page
    assert page.count('<li class="fails">') == 1
    assert "Management" not in _words(page)


async def test_it_leads_to_the_form_that_asks_where_a_rule_lets_them_and_a_grant_would_open_it(
    house: House, browser: Browser
) -> None:
    form = "/access/ask?app=crm&amp;action=view"
    await house.member(browser, "Otto", "staff")
    address = f"/not-yet?decision={await _refused(house, browser, 'crm', '/')}"
    assert form in (await browser.get(address)).text
    assert form in (await browser.get(f"{address}&check=now")).text
    assert (
        "/access/ask"
        not in (await browser.get(f"/not-yet?decision={await _refused(house, browser, 'payroll', '/')}")).text
    )
    hal = house.browser()
    await house.member(hal, "Hal", "staff", "helpdesk")
    assert "/access/ask" not in (await hal.get(address)).text  # it is not theirs to ask


async def test_what_was_asked_for_already_is_not_asked_for_again_but_leads_to_the_request(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Ina", "sales")
    otto = house.browser()
    await house.member(otto, "Otto", "staff")
    address = f"/not-yet?decision={await _refused(house, otto, 'crm', '/')}"
    await otto.get("/access/ask?app=crm&action=view")
    form = {"app": "crm", "actions": "view", "length": "2h", "reason": "A customer complains about a delivery."}
    assert (await otto.post("/access/ask", **form)).status_code == 303
    page = (await otto.get(address)).text
    assert 'href="/access" data-asked' in page
    assert "data-ask>" not in page
    (request,) = re.findall(r'data-request="([^"]+)"', (await otto.get("/access")).text)
    await otto.post(f"/access/requests/{request}/withdraw")
    assert "data-ask>" in (await otto.get(address)).text


async def test_outside_the_hours_it_says_when_it_opens_again(house: House, browser: Browser) -> None:
    await house.member(browser, "Kai", "contractors")
    there = await house.into(browser, "wiki")
    for _ in range(7):
        house.clock.forward(int(1.5 * HOUR))
        await browser.get("/")
    answered = await there.get("/", **NAVIGATION)
    page = (await browser.get(f"/not-yet?decision={decision_in(answered.headers['location'])}")).text
    assert "<h1>Wiki is closed at this time</h1>" in page
    assert " at 07:00" in page


async def test_what_was_refused_because_limen_could_not_decide_is_a_503_as_long_as_that_is_so(
    house: House, browser: Browser, lost_lease: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.member(browser, "Mia", "staff")
    there = await house.into(browser, "wiki")
    with monkeypatch.context():
        lost_lease()
        refused = await there.get("/", **NAVIGATION)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
        event = house.events("decision")[0]
        for check in ("", "&check=now"):
            page = await browser.get(f"/not-yet?decision={event.id}{check}")
            assert (page.status_code, page.headers["retry-after"]) == (503, "10")
            assert catalogue(Language.ENGLISH).say("mend.wait") in page.text
    monkeypatch.undo()
    now = await browser.get(f"/not-yet?decision={event.id}&check=now")
    assert (now.status_code, "retry-after" in now.headers) == (200, False)


async def test_check_again_asks_anew_and_says_when_it_is_open(house: House, browser: Browser) -> None:
    mia = await house.member(browser, "Mia", "staff")
    decision = await _refused(house, browser, "crm", "/")
    still = await browser.get(f"/not-yet?decision={decision}&check=now")
    assert "You don&#39;t have access" in still.text
    await house.limen.identity.people.set_groups(mia, {"staff", "sales"}, by="")
    now = await browser.get(f"/not-yet?decision={decision}&check=now")
    assert "You have access to Customers" in now.text
    assert "https://crm.harbor.localhost/" in now.text


@pytest.mark.parametrize(
    ("app", "path", "groups"), [("payroll", "/export/x.csv", ("finance",)), ("crm", "/", ()), ("git", "/admin/x", ())]
)
async def test_no_employee_ever_sees_a_threshold_or_a_policys_text(
    house: House, browser: Browser, app: str, path: str, groups: tuple[str, ...]
) -> None:
    await house.member(browser, "Mia", "staff", *groups)
    words = _words((await browser.get(f"/not-yet?decision={await _refused(house, browser, app, path)}")).text)
    for secret in ("context.", "strength", "sensitivity", "compliant", "duration", "4 h", "1 h", "Cedar"):
        assert secret not in words
    assert not re.search(r"\b\d+ ?(h|hours?)\b", words)


async def test_strangers_and_colleagues_see_what_they_would_see_of_an_invented_id(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    decision = await _refused(house, browser, "payroll", "/export/november.csv")
    stranger = house.browser(address="198.51.100.9")
    sent = await stranger.get(f"/not-yet?decision={decision}")
    assert sent.status_code == 303
    assert "Payroll" not in (await stranger.get(sent.headers["location"])).text
    otto = house.browser(address="198.51.100.5")
    await house.member(otto, "Otto", "staff", "finance")
    theirs = await otto.get(f"/not-yet?decision={decision}")
    invented = await otto.get("/not-yet?decision=01a20cc8aa9fc02812cacfe6-1")
    nonsense = await otto.get("/not-yet?decision=%3Cscript%3E")
    assert theirs.status_code == invented.status_code == nonsense.status_code == 404
    assert theirs.text == invented.text == nonsense.text


async def test_an_administrator_sees_it_and_whose_it_was(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    decision = await _refused(house, browser, "payroll", "/export/november.csv")
    ada = house.browser(address="203.0.113.8")
    await house.administrator(ada)
    page = await ada.get(f"/not-yet?decision={decision}")
    assert page.status_code == 200
    assert "made by Mia" in page.text
    for name, role, way in (("Hal", "helpdesk", "support"), ("Hugo", "auditors", "audit")):
        other = house.browser(address="203.0.113.9")
        their_id = await house.member(other, name, "staff", role)
        assert "made by Mia" in (await other.get(f"/not-yet?decision={decision}")).text, role
        (looked,) = [event for event in house.events("person.looked_at") if event.actor == their_id]
        assert (looked.subject, looked.details["as"]) == (house.id_of("mia@harbor.example"), way)


async def test_a_proof_that_would_help_is_one_click_away(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    there = await house.into(browser, "payroll")
    for _ in range(3):
        house.clock.forward(int(1.5 * HOUR))
        await browser.get("/")
    asked = await there.get("/run/2026-11", **NAVIGATION)
    page = (await browser.get(f"/not-yet?decision={decision_in(asked.headers['location'])}")).text
    assert 'href="/step-up?app=payroll' in page


async def test_what_a_forbid_refused_is_said_in_its_own_reason_and_never_its_title(
    house: House, browser: Browser, expected: Expected
) -> None:
    mia = await house.member(browser, "Mia", "staff")
    there = await house.into(browser, "wiki")
    await house.limen.identity.people.set_groups(mia, {"staff", "guests"}, by="")
    answered = await there.get("/", **NAVIGATION)
    address = f"/not-yet?decision={decision_in(answered.headers['location'])}"
    for language in ("en", "de"):  # the policy has its reason in both
        expected(_words((await browser.get(address, **{"accept-language": language})).text))


async def test_the_reason_of_a_policy_says_which_language_it_is_in(house: House, browser: Browser) -> None:
    mia = await house.member(browser, "Mia", "staff")
    there = await house.into(browser, "wiki")
    await house.limen.identity.people.set_groups(mia, {"staff", "guests"}, by="")
    answered = await there.get("/", **NAVIGATION)
    address = f"/not-yet?decision={decision_in(answered.headers['location'])}"
    assert '<span lang="de">' in (await browser.get(address, **{"accept-language": "de"})).text
    assert '<span lang="">' in (await browser.get(address)).text


async def test_it_speaks_the_language_that_the_browser_likes_best_and_says_so(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    decision = await _refused(house, browser, "payroll", "/export/november.csv")
    page = (await browser.get(f"/not-yet?decision={decision}", **{"accept-language": "de-DE,de;q=0.9,en;q=0.5"})).text
    assert '<html lang="de">' in page
    assert "<h1>Payroll ist auf diesem Gerät noch nicht verfügbar</h1>" in page
    assert "Limen kann nicht bestätigen, dass dieses Gerät in Ordnung ist." in page
    english = (await browser.get(f"/not-yet?decision={decision}")).text
    assert '<html lang="en">' in english


async def test_what_would_open_it_is_said_as_far_as_the_person_can_do_it(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    decision = await _refused(house, browser, "payroll", "/export/november.csv")
    words = _words((await browser.get(f"/not-yet?decision={decision}")).text)
    assert "What would give you access Have this device enrolled and brought up to company standards." in words


async def test_what_another_site_sent_is_said_to_come_from_there(house: House, browser: Browser) -> None:
    await house.member(browser, "Otto", "staff", "sales")
    there = await house.into(browser, "wiki")
    sent = {**NAVIGATION, "sec-fetch-site": "same-site", "origin": "https://crm.harbor.localhost"}
    answered = await there.client.post("/page", headers=sent)
    assert answered.headers["location"].startswith("https://limen.harbor.localhost/not-yet?decision="), answered.text
    decision = decision_in(answered.headers["location"])
    page = (await browser.get(f"/not-yet?decision={decision}")).text
    assert page.count('<li class="fails">') == 1
    assert page.count('class="conditions"') == 1
    again = (await browser.get(f"/not-yet?decision={decision}&check=now")).text
    assert '<li class="fails">' not in again, "it is not the person's access that is missing"
