"""What a generalist changes without reading Cedar: each task through the pages, and a real request that is then decided
otherwise. It is Tuesday, ten o'clock in Berlin.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import heading, into_the_console

from limen.facts import Place

HOUR = 3_600_000
FRIDAY = "2026-11-27T18:00"


@pytest.fixture
def harbor(own_harbor: Any) -> Any:
    return own_harbor


@pytest.fixture
def ada(harbor: Any, browse: Any) -> Any:
    browser = browse()
    harbor.open(browser)
    into_the_console(browser, harbor.origin)
    return browser


def somebody(harbor: Any, browse: Any, name: str, *groups: str) -> Any:
    browser = browse()
    harbor.arrive(browser, name, *groups)
    return browser


def is_let_in(browser: Any, harbor: Any, app: str, path: str = "/") -> bool:
    """Whether a real request to the app reaches it, now."""
    browser.page.goto(harbor.on(app, path))
    return heading(browser).inner_text().startswith("The app on ")


def is_asked_again(browser: Any, harbor: Any, app: str, path: str = "/") -> bool:
    browser.page.goto(harbor.on(app, path))
    return heading(browser).inner_text() == "One more step"


def new_rule(ada: Any, harbor: Any, app: str, link: str) -> Any:
    ada.page.goto(f"{harbor.origin}/console/apps/{app}")
    ada.page.get_by_role("link", name=link).click()
    return ada.page


def change(ada: Any, harbor: Any, policy: str) -> Any:
    ada.page.goto(f"{harbor.origin}/console/policies/{policy}")
    ada.page.get_by_role("link", name="Edit", exact=True).click()
    return ada.page


def see_what_would_change(ada: Any) -> Any:
    ada.page.get_by_role("button", name="See what would change").click()
    expect(heading(ada)).to_have_text("What would change")
    return ada.page.locator("main")


def mend_every_test(ada: Any, old: str, new: str) -> None:
    """Write what each failing test supposes anew, one after the other, until all of them hold."""
    tests = ada.page.locator("#tests")
    for _ in range(tests.get_by_text("Update this test").count()):
        tests.get_by_text("Update this test").first.click()
        text = tests.locator("textarea").first
        text.fill(text.input_value().replace(old, new))
        tests.get_by_role("button", name="Expect this instead").first.click()
        expect(heading(ada)).to_have_text("What would change")
    expect(tests).to_contain_text("All of them pass")


def publish(ada: Any, why: str) -> None:
    ada.page.get_by_label("Why", exact=False).last.fill(why)
    ada.page.get_by_role("button", name="Publish").click()
    expect(heading(ada)).to_have_text(re.compile("One more step|Revisions"))
    if heading(ada).inner_text() == "One more step":
        ada.page.wait_for_url("**/step-up?**")
        ada.page.get_by_role("button", name="Use my passkey").click()
        ada.page.get_by_role("button", name="Do it now").click()
    expect(heading(ada)).to_have_text("Revisions")
    expect(ada.page.locator("main")).to_contain_text("It applies from the next request")


def test_let_a_group_into_an_app_and_undo_it_the_next_day(harbor: Any, browse: Any, ada: Any) -> None:
    eve = somebody(harbor, browse, "Eve Larsen", "staff", "warehouse")
    assert not is_let_in(eve, harbor, "git")
    page = new_rule(ada, harbor, "git", "Grant access")
    page.get_by_label("Warehouse").first.check()
    expect(page.locator("[data-said]")).to_have_text("Warehouse can view, download and edit Git with a passkey")
    ada.clean()
    expect(see_what_would_change(ada)).to_contain_text("1 person would gain access to Git")
    ada.clean()
    publish(ada, "The hall reads the routes")
    ada.clean()
    assert is_let_in(eve, harbor, "git")

    ada.page.goto(harbor.origin + "/console/revisions")
    ada.page.get_by_role("button", name="Undo").click()
    expect(ada.page.locator("main")).to_contain_text("1 person would lose access to Git")
    publish(ada, "That was a mistake")
    assert not is_let_in(eve, harbor, "git")


def test_require_a_fresh_passkey_for_payroll(harbor: Any, browse: Any, ada: Any) -> None:
    rohan = somebody(harbor, browse, "Rohan Deshpande", "staff", "finance")
    assert is_let_in(rohan, harbor, "payroll", "/run/2026-11")
    page = new_rule(ada, harbor, "payroll", "Add a requirement")
    page.get_by_label("everyone", exact=True).check()
    page.get_by_label("Sign-in strength").first.select_option(label="a passkey")
    page.get_by_label("Used within").first.fill("45m")
    see_what_would_change(ada)
    publish(ada, "Salaries want somebody who is there")
    assert is_let_in(rohan, harbor, "payroll", "/run/2026-11")
    harbor.age_sign_ins(HOUR)
    assert is_asked_again(rohan, harbor, "payroll", "/run/2026-11")
    rohan.page.get_by_role("button", name="Use my passkey").click()
    expect(heading(rohan)).to_contain_text("The app on payroll.harbor.localhost")


def seen_in(harbor: Any, country: str) -> None:
    """Everybody is in this country from now on."""
    place = Place("127.0.0.1", known=True, country=country, anonymiser=False)
    harbor.loop.call_soon_threadsafe(harbor.limen.known.places.put, place.address, place)


def test_block_a_country(harbor: Any, browse: Any, ada: Any) -> None:
    oscar = somebody(harbor, browse, "Oscar Mbeki", "staff", "engineering")
    seen_in(harbor, "KP")
    assert is_let_in(oscar, harbor, "git")
    page = new_rule(ada, harbor, "git", "Add a requirement")
    page.get_by_label("everyone", exact=True).check()
    page.get_by_text("Location, risk and more").first.click()
    page.get_by_label("Not from these countries").first.fill("kp")
    page.get_by_label("the country is known").first.check()
    expect(page.locator("[data-said]")).to_contain_text("except from a known country other than KP")
    see_what_would_change(ada)
    mend_every_test(ada, "{strength: 3", "{country: DE, strength: 3")
    publish(ada, "Nobody of us works there")
    assert not is_let_in(oscar, harbor, "git")
    seen_in(harbor, "DE")
    assert is_let_in(oscar, harbor, "git")


def test_working_hours_for_finance(harbor: Any, browse: Any, ada: Any) -> None:
    rohan = somebody(harbor, browse, "Rohan Deshpande", "staff", "finance")
    assert is_let_in(rohan, harbor, "wiki")
    page = new_rule(ada, harbor, "wiki", "Add a requirement")
    page.get_by_label("Finance").first.check()
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        page.get_by_label(day).first.check()
    page.get_by_label("From", exact=True).first.fill("11:00")
    page.get_by_label("To", exact=True).first.fill("17:00")
    expect(page.locator("[data-said]")).to_have_text("Finance can use Wiki only on working days 11:00–17:00")
    see_what_would_change(ada)
    publish(ada, "Finance works late enough")
    assert not is_let_in(rohan, harbor, "wiki")
    harbor.limen.clock.forward(HOUR)
    assert is_let_in(rohan, harbor, "wiki")


def test_a_contractor_until_friday(harbor: Any, browse: Any, ada: Any) -> None:
    vera = somebody(harbor, browse, "Vera Novotná", "contractors")
    assert not is_let_in(vera, harbor, "git")
    page = new_rule(ada, harbor, "git", "Grant access")
    page.get_by_label("Contractors").first.check()
    page.get_by_label("Until").first.fill(FRIDAY)
    page.get_by_label("Title").fill("Contractors see Git until Friday")
    expect(page.locator("[data-said]")).to_contain_text("until 27 Nov 2026 18:00")
    see_what_would_change(ada)
    publish(ada, "They finish the redesign")
    assert is_let_in(vera, harbor, "git")

    page = change(ada, harbor, "contractors-see-git-until-friday")
    page.get_by_label("Until").first.fill("2026-11-23T18:00")
    see_what_would_change(ada)
    publish(ada, "They were done on Monday")
    assert not is_let_in(vera, harbor, "git")


def test_withhold_downloads_on_unknown_devices(harbor: Any, browse: Any, ada: Any) -> None:
    oscar = somebody(harbor, browse, "Oscar Mbeki", "staff", "engineering")
    assert is_let_in(oscar, harbor, "git", "/archive/routes.csv")
    page = new_rule(ada, harbor, "git", "Add a requirement")
    page.get_by_label("everyone", exact=True).check()
    page.get_by_label("download").first.check()
    page.get_by_label("known", exact=True).first.check()
    main = see_what_would_change(ada)
    expect(main).to_contain_text("1 person could no longer download in Git, in some situations")
    expect(ada.page.get_by_role("button", name="Publish")).to_be_disabled()
    expect(main).to_contain_text("Engineering works with the source code")
    mend_every_test(ada, "{strength: 3}", "{strength: 3, device: unknown}")
    publish(ada, "The code does not leave on strange laptops")
    assert not is_let_in(oscar, harbor, "git", "/archive/routes.csv")
    assert is_let_in(oscar, harbor, "git", "/harbor/routes")


def test_session_age_for_what_is_confidential(harbor: Any, browse: Any, ada: Any) -> None:
    farid = somebody(harbor, browse, "Farid Benali", "staff", "sales")
    harbor.age_sign_ins(3 * HOUR)
    assert is_let_in(farid, harbor, "crm")
    into_the_console(ada, harbor.origin)
    page = change(ada, harbor, "confidential-asks-once-a-day")
    expect(page.get_by_label("Used within").first).to_have_value("9h")
    page.get_by_label("Used within").first.fill("2h")
    page.get_by_label("Title").fill("Confidential apps ask again after 2 hours")
    see_what_would_change(ada)
    publish(ada, "The auditor asked for it")
    assert is_asked_again(farid, harbor, "crm")


def test_an_exception_with_an_end(harbor: Any, browse: Any, ada: Any) -> None:
    farid = somebody(harbor, browse, "Farid Benali", "staff", "sales")
    nadia = somebody(harbor, browse, "Nadia Kowalczyk", "staff", "sales")
    assert not is_let_in(farid, harbor, "crm", "/export/offers.csv")
    page = change(ada, harbor, "customers-change-on-known-devices")
    page.get_by_text("Add an exception").click()
    exceptions = page.locator("#exceptions")
    exceptions.get_by_label("Person").select_option(label="Farid Benali")
    exceptions.get_by_label("Why").fill("His laptop is being mended")
    exceptions.get_by_label("Until").fill(FRIDAY)
    main = see_what_would_change(ada)
    expect(main).to_contain_text("Farid Benali is exempt until 27 Nov 2026 18:00 (His laptop is being mended)")
    publish(ada, "Farid's laptop is being mended")
    assert is_let_in(farid, harbor, "crm", "/export/offers.csv")
    assert not is_let_in(nadia, harbor, "crm", "/export/offers.csv")


def test_look_at_a_watched_policy_and_enforce_it(harbor: Any, browse: Any, ada: Any) -> None:
    rohan = somebody(harbor, browse, "Rohan Deshpande", "staff", "finance")
    assert is_let_in(rohan, harbor, "payroll", "/run/2026-11")
    harbor.age_sign_ins(HOUR + HOUR // 2)
    pay = "fetch('/run/2026-11/approve', {method: 'POST', body: '{}'}).then((reply) => reply.status)"
    rohan.page.goto(harbor.on("payroll", "/run/2026-11"))
    assert rohan.page.evaluate(pay) == 200
    into_the_console(ada, harbor.origin)
    ada.page.goto(harbor.origin + "/console/policies/restricted-changes-need-a-proof-just-now")
    expect(ada.page.locator("main")).to_contain_text("It would have changed 1 recent answer")
    ada.clean()
    ada.page.get_by_role("button", name="Enforce", exact=True).click()
    expect(heading(ada)).to_have_text("What would change")
    expect(ada.page.locator("#replayed")).to_contain_text("Rohan Deshpande is asked to confirm first: edit on Payroll")
    publish(ada, "Counted for long enough")
    rohan.page.goto(harbor.on("payroll", "/run/2026-11"))
    assert rohan.page.evaluate(pay) == 401


def test_a_change_that_hurts_is_seen_blocked_mended_published_and_taken_back(
    harbor: Any, browse: Any, ada: Any
) -> None:
    rohan = somebody(harbor, browse, "Rohan Deshpande", "staff", "finance")
    harbor.invite("Lucia Herrero", "staff", "finance")
    me = next(person for person in harbor.limen.known.people.values() if person.email == "ada@harbor.example")
    harbor.run(harbor.limen.identity.people.set_groups(me.id, (*me.groups, "finance"), by=""))
    somebody(harbor, browse, "Maren Petersen", "staff", "finance")
    assert is_let_in(rohan, harbor, "payroll", "/run/2026-11")
    page = change(ada, harbor, "finance-payroll")
    page.get_by_label("Finance").first.uncheck()
    page.get_by_label("Management").first.check()
    main = see_what_would_change(ada)
    expect(main).to_contain_text("3 people would lose access to Payroll, including you")
    expect(main).to_contain_text("Finance runs payroll with a recently used passkey")
    expect(ada.page.get_by_role("button", name="Publish")).to_be_disabled()
    ada.clean()
    while ada.page.locator("#tests").get_by_text("Update this test").count():
        ada.page.locator("#tests").get_by_text("Update this test").first.click()
        ada.page.get_by_role("button", name="Remove the test").first.click()
        expect(heading(ada)).to_have_text("What would change")
    publish(ada, "Management runs the payroll now")
    assert not is_let_in(rohan, harbor, "payroll", "/run/2026-11")

    ada.page.goto(harbor.origin + "/console/revisions")
    ada.page.get_by_role("button", name="Undo").click()
    expect(ada.page.locator("main")).to_contain_text("3 people would gain access to Payroll, including you")
    publish(ada, "It was finance's work after all")
    assert is_let_in(rohan, harbor, "payroll", "/run/2026-11")


def test_text_says_what_is_wrong_while_it_is_written(harbor: Any, ada: Any) -> None:
    ada.page.goto(harbor.origin + "/console/policies/finance-payroll/edit?as=text")
    text = ada.page.get_by_label("Cedar")
    right = text.input_value()
    text.fill(right.replace('Group::"finance"', 'Group::"finanse"'))
    said = ada.page.locator("[data-problems]")
    expect(said).to_contain_text('there is no group "finanse"; did you mean "finance"?')
    expect(said).to_contain_text("(line 7 here)")
    expect(ada.page.locator("[data-lines] .wrong")).to_have_text("7")
    ada.clean()
    text.fill(right)
    expect(said).to_contain_text("No problems found")
    expect(ada.page.locator("[data-lines] .wrong")).to_have_count(0)
    long = right + "\n// " + "x" * 80_000
    text.fill(long)
    expect(said).to_contain_text("longer than 16,000 characters")
    ada.page.get_by_role("button", name="Check").click()
    assert text.input_value() == long  # nothing was sent, nothing is lost


def test_two_changes_of_one_rule_are_put_together_on_the_page(harbor: Any, browse: Any, ada: Any) -> None:
    pages, (old, new) = [], ("Staff use public", "Staff open public")
    for written in (old, new):
        page = change(ada, harbor, "staff-work")
        page.get_by_role("link", name="text").first.click()
        text = page.locator("textarea").first
        text.fill(text.input_value().replace(old, "Everyone in staff uses public" if written == old else new))
        see_what_would_change(ada)
        pages.append(page.url)
    publish(ada, "A better title")
    ada.page.goto(pages[0])
    ada.page.get_by_role("button", name="Apply it on top of what is in force").click()
    parts = ada.page.locator("#resolve")
    expect(parts).to_contain_text("Staff open public")
    expect(parts).to_contain_text("Everyone in staff uses public")
    ada.problems = [one for one in ada.problems if "409" not in one]  # said by the browser of the page's status
    ada.clean()
    parts.get_by_label("What I write here").check()
    mine = parts.locator("textarea")
    mine.fill(mine.input_value().replace("Everyone in staff uses public", "All staff use public"))
    see_what_would_change(ada)
    publish(ada, "Both of us meant this")
    ada.page.goto(f"{harbor.origin}/console/policies/staff-work")
    expect(ada.page.locator("main")).to_contain_text("All staff use public")
