"""An administrator works off who may share an account: from the list to the evidence, a decision, and back."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from limen.access.service_accounts.model import Seen
from limen.access.service_accounts.service import take_over
from limen.clock import DAY
from limen.identity import workloads
from limen.identity.model import Terms
from limen.monitor.alerts.intake import AlertIntake
from limen.monitor.detections.shared_accounts.shared_accounts import ABOUT


def _two_days_at_once(harbor: Any, person_id: str) -> None:
    core = harbor.limen.core
    says = {"one": "Vienna, AT (Chrome / windows)", "other": "Lisbon, PT (Edge / windows)", "signs": "apart, proved"}
    says |= {"one_address": "203.0.113.7", "other_address": "198.51.100.20", "changes": 5, "minutes": 40, "days": 2}
    about = {"person_id": person_id, "sources": ("limen",), "events": ("e1",)}
    hits = [ABOUT.hit(f"shared{n}", core.clock.now(), f"person:{person_id}", says, **about) for n in range(2)]
    harbor.run(core.offers.take(AlertIntake).take(hits))


def test_from_the_list_to_a_decision_and_back(harbor: Any, browse: Any, ada: Any) -> None:
    harbor.arrive(browse(), "Uma Shared", "staff")
    person_id = next(one.id for one in harbor.limen.core.known.people.values() if one.name == "Uma Shared")
    _two_days_at_once(harbor, person_id)
    ada.page.goto(f"{harbor.origin}/console/identities", wait_until="load")
    ada.clean_both_ways()
    ada.page.get_by_role("link", name="Uma Shared").click()
    expect(ada.page.locator("#evidence")).to_contain_text("198.51.100.20")
    ada.clean_both_ways()
    ada.page.get_by_label("How do you know?").fill("Works on a terminal server")
    ada.page.get_by_role("button", name="Decide").click()
    expect(ada.page.locator("#decision")).to_contain_text("terminal server")
    ada.clean_both_ways()
    ada.page.get_by_role("button", name="Take it back").click()
    expect(ada.page.locator("#open")).to_contain_text("Uma Shared")


def test_a_service_account_is_claimed(harbor: Any, ada: Any) -> None:
    core = harbor.limen.core
    told = Seen(external_id="1", kind="principal", name="svc-backup", secrets=1, secret_at=5)
    harbor.run(core.write(lambda t: take_over(t, "corp", [told], core.clock.now())))
    ada.page.goto(f"{harbor.origin}/console/service-accounts", wait_until="load")
    ada.clean_both_ways()
    ada.page.get_by_text("Say who answers for it").click()
    ada.page.get_by_label("Who answers for svc-backup").fill("nobody@harbor.example")
    ada.page.get_by_label("What it is for").fill("Backs up files")
    ada.clean_both_ways()


def test_an_owner_says_that_a_program_is_still_needed(harbor: Any, browse: Any) -> None:
    owner, core = browse(), harbor.limen.core
    harbor.arrive(owner, "Ora Owner", "staff")
    person_id = next(one.id for one in core.known.people.values() if one.name == "Ora Owner")
    said = Terms(person_id, "Sends the invoices", core.clock.now() + 9 * DAY)
    workloads.add(core.database, "invoices", ["wiki"], [], 90, core.clock.now(), terms=said, by="server")
    owner.page.goto(f"{harbor.origin}/programs", wait_until="load")
    expect(owner.page.locator("main")).to_contain_text("Sends the invoices")
    owner.clean_both_ways()
    owner.page.get_by_role("button", name="Keep").click()
    expect(owner.page.get_by_role("status")).to_be_visible()
