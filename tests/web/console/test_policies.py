from __future__ import annotations

from tests.web.console.conftest import Console
from tests.web.console.test_rows import decided

from limen.web.console.policies import counts


async def test_each_policy_is_listed_with_where_it_speaks_and_how_often_it_answered(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    await console.ask(eve, "wiki")
    page = (await console.ada.get("/console/policies")).text
    for policy in console.house.limen.in_force.engine.policies:
        assert f"/console/policies/{policy.id}" in page
    assert "Staff can view, download, edit" in page
    assert "condition" not in page
    assert "Workload to" not in page
    assert "/console/decisions?policy=staff-work" in page
    assert "the folder that Limen was first started with" in page


async def test_the_list_is_narrowed_to_a_state(console: Console) -> None:
    page = (await console.ada.get("/console/policies?state=report-only")).text
    assert "/console/policies/administration-on-managed-devices" in page
    assert "/console/policies/staff-work" not in page


async def test_a_policy_shows_its_text_its_tests_and_its_revision(console: Console) -> None:
    page = (await console.ada.get("/console/policies/confidential-needs-a-passkey")).text
    assert "resource.sensitivity &gt;= 2" in page
    assert console.house.limen.in_force.engine.revision[:12] in page
    company = console.house.limen.in_force.company
    assert company is not None
    for test in company.tests:
        if test.because == "confidential-needs-a-passkey":
            assert test.title in page
    assert (await console.ada.get("/console/policies/no-such")).status_code == 404


async def test_a_watched_policy_leads_to_the_answers_it_would_have_changed(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff", "sales")
    answer = await console.ask(eve, "crm")
    assert answer.permitted
    page = (await console.ada.get("/console/policies/confidential-on-known-devices")).text
    assert answer.id.split("-")[0] in page
    assert "It would have changed" in page


def test_counts_tell_answers_made_from_answers_only_watched() -> None:
    times, watched = counts([decided(reasons=("a", "b")), decided(reasons=("a",), watched=("w",))])
    assert (times["a"], times["b"], times["w"]) == (2, 1, 0)
    assert watched == {"w": 1}


async def test_policies_are_searched_and_their_files_open_where_few_fit(console: Console) -> None:
    page = (await console.ada.get("/console/policies")).text
    assert '<details class="card fold">' in page
    found = (await console.ada.get("/console/policies?q=PAYROLL")).text
    assert "/console/policies/finance-payroll" in found
    assert "/console/policies/high-risk" not in found
    assert '<details class="card fold">' not in found
    assert '<details class="card fold">' not in (await console.ada.get("/console/policies?all=1")).text
    assert "No matches" in (await console.ada.get("/console/policies?q=no-such-thing")).text
