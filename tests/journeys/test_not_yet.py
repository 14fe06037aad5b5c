"""A refusal and its page: what failed, what helps, and nothing that a thief or a stranger could use."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import heading

from limen.clock import HOUR


def test_a_download_to_an_unknown_device_says_what_is_missing(harbor: Any, browse: Any) -> None:
    mia = browse()
    harbor.arrive(mia, "Mia Graf", "staff", "finance")
    mia.page.goto(harbor.on("payroll", "/export/all"))
    mia.page.get_by_role("link", name="What was checked").click()
    expect(heading(mia)).to_have_text("Payroll isn't available on this device yet")
    failing = mia.page.locator(".conditions .fails")
    expect(failing).to_have_count(1)
    expect(failing).to_contain_text("This device")
    expect(failing.get_by_role("listitem").first).to_be_visible()
    expect(mia.page.locator(".conditions > li:not(.fails)")).to_have_count(4)
    mia.clean()
    mia.page.get_by_role("link", name="Check again").click()
    expect(heading(mia)).to_have_text("Payroll isn't available on this device yet")
    expect(mia.page.locator("main")).to_contain_text("Checked")


def test_what_no_group_of_theirs_may_open_names_who_to_ask(harbor: Any, browse: Any) -> None:
    tom = browse()
    harbor.arrive(tom, "Tom Haas", "staff", "sales")
    tom.page.goto(harbor.on("payroll", "/run/2026-11"))
    expect(heading(tom)).to_have_text("You don't have access to Payroll")
    expect(tom.page.locator(".conditions .fails")).to_contain_text("Your groups")
    expect(tom.page.locator(".conditions .fails")).to_contain_text("Finance")
    tom.clean()


def test_a_form_on_another_app_acts_in_nobodys_name(harbor: Any, browse: Any) -> None:
    tom = browse()
    tom.enrol(harbor.invite("Tom Cross", "staff", "sales"))
    tom.page.goto(harbor.on("wiki"))
    tom.page.goto(harbor.on("crm"))
    tom.page.evaluate(
        """there => {
            const form = document.createElement("form");
            form.method = "post"; form.action = there;
            document.body.append(form); form.submit();
        }""",
        harbor.on("wiki", "/page/1"),
    )
    expect(heading(tom)).to_have_text("Wiki did not accept a request from another site")
    expect(tom.page.locator(".conditions .fails")).to_have_count(1)
    tom.clean()


def test_checking_again_says_so_once_it_is_open(harbor: Any, browse: Any) -> None:
    tom = browse()
    harbor.arrive(tom, "Tom Ibsen", "staff")
    tom.page.goto(harbor.on("crm"))
    expect(heading(tom)).to_have_text("You don't have access to Customers")
    harbor.run(harbor.limen.identity.people.set_groups(harbor.people["Tom Ibsen"], ["staff", "sales"], by=""))
    tom.page.get_by_role("link", name="Check again").click()
    expect(heading(tom)).to_have_text("You have access to Customers")
    tom.clean()
    tom.page.get_by_role("link", name=re.compile("Open Customers")).click()
    expect(heading(tom)).to_contain_text("The app on crm.harbor.localhost")


def test_nobody_else_learns_anything_from_the_address_of_a_refusal(harbor: Any, browse: Any) -> None:
    tom = browse()
    harbor.arrive(tom, "Tom Jung", "staff")
    tom.page.goto(harbor.on("payroll"))
    expect(heading(tom)).to_have_text("You don't have access to Payroll")
    address = tom.page.url

    stranger = browse()
    stranger.page.goto(address)
    expect(heading(stranger)).to_have_text("Sign in to Harbor")
    expect(stranger.page.locator("body")).not_to_contain_text("Payroll")

    colleague = browse()
    harbor.arrive(colleague, "Ines Okoye", "staff")
    colleague.page.goto(address)
    expect(heading(colleague)).to_have_text("There is nothing here")
    expect(colleague.page.locator("body")).not_to_contain_text("Payroll")


def test_a_step_up_that_was_not_enough_does_not_go_round_in_a_loop(harbor: Any, browse: Any) -> None:
    mia = browse()
    harbor.arrive(mia, "Mia Horn", "staff", "finance")
    harbor.age_sign_ins(5 * HOUR, "Mia Horn")
    mia.page.goto(harbor.on("payroll", "/run/2026-11"))
    mia.page.get_by_role("button", name="Use my passkey").click()
    expect(heading(mia)).to_contain_text("The app on payroll.harbor.localhost")
    mia.page.goto(harbor.on("payroll", "/export/all"))
    expect(heading(mia)).to_have_text("You can view Payroll from here")
