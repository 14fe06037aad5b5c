from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.company import beside_policies
from limen.company.beside_policies import openings, sentence
from limen.company.candidate import added, candidate
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.states import in_state
from limen.facts import ActionRule, App, Cors, Person, PublicRoute
from limen.policy import State
from limen.policy.access_diff.describe import Names

NOW = 1_795_510_800_000
PEOPLE = (
    Person("p1", groups=frozenset({"staff"}), active=True),
    Person("p2", groups=frozenset({"staff", "finance"}), active=True),
)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return load_company(small_folder(tmp_path))


def with_app(company: Company, app: App) -> Company:
    return replace(company, apps=tuple(app if one.id == app.id else one for one in company.apps))


def told(before: Company, after: Company) -> list[tuple[str, str, bool, bool]]:
    return [(one.kind, one.name, one.is_open, one.is_looked_at) for one in openings(before, after, PEOPLE, NOW)]


def test_the_same_company_opens_nothing(company: Company) -> None:
    assert openings(company, company, PEOPLE, NOW) == ()


def test_what_opens_to_everybody_comes_first(company: Company) -> None:
    wiki = company.all_apps["wiki"]
    changed = replace(
        wiki, rules=(ActionRule("view", frozenset(), "/**"),), public=(PublicRoute(frozenset({"GET"}), "/x", "y"),)
    )
    found = openings(company, with_app(company, changed), PEOPLE, NOW)
    assert (found[0].kind, found[0].is_open) == ("public", True)
    assert {one.kind for one in found[1:]} == {"route"}
    gains = {
        person for one in found if one.reach for each in one.reach.differences if each.gains for person in each.people
    }
    assert gains == set()  # staff may do all three already


def test_where_policies_read_the_rule_itself_the_rest_is_not_looked_at(company: Company) -> None:
    text = '@id("r") forbid (principal, action, resource == App::"wiki") when { context.request.route == "/x" };'
    before = candidate(company, added(company, text))
    changed = replace(before.all_apps["wiki"], rules=(ActionRule("view", frozenset(), "/x"),))
    assert ("route", "wiki", False, False) in told(before, with_app(before, changed))


def test_a_network_is_told_by_whom_policies_let_in_there(company: Company, expected: Expected) -> None:
    before = in_state(company, "payroll-from-the-office", State.ENFORCE)
    wider = before.settings.model_copy(update={"networks": {"office": (ip_network("192.0.2.0/23"),)}})
    (found,) = openings(before, replace(before, settings=wider), PEOPLE, NOW)
    names = Names(company.settings.zone, {"p2": "Cem"}, {"payroll": "Payroll"})
    expected(sentence(found, names))
    watched = replace(company, settings=wider)
    assert [one.reach.differences for one in openings(company, watched, PEOPLE, NOW) if one.reach] == [()]


def test_of_too_many_networks_the_rest_is_not_looked_at(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_policies, "MOST_MOVED", 1)
    before = in_state(company, "payroll-from-the-office", State.ENFORCE)
    networks = {"office": (), "lab": (ip_network("192.0.2.0/24"),), "hall": (ip_network("198.51.100.0/24"),)}
    after = replace(before, settings=before.settings.model_copy(update={"networks": networks}))
    assert [one.is_looked_at for one in openings(before, after, PEOPLE, NOW)] == [False, True]


def test_an_upstream_alone_another_origin_and_encoded_paths_are_not_looked_at(company: Company) -> None:
    wiki = company.all_apps["wiki"]
    for changed in (
        replace(wiki, upstream=replace(wiki.upstream, url="http://10.0.0.9:80")),
        replace(wiki, upstream=replace(wiki.upstream, ca_file="other.pem")),
        replace(wiki, cors=Cors(frozenset({"https://board.harbor.example"}))),
        replace(wiki, opts_in_encoded_paths=True),
    ):
        assert [one[2:] for one in told(company, with_app(company, changed))] == [(False, False)]


def test_a_milder_app_that_leads_elsewhere_to_the_same_place_is_open_and_the_stricter_one_is_not(
    company: Company,
) -> None:
    wiki, payroll = company.all_apps["wiki"], company.all_apps["payroll"]
    assert told(company, with_app(company, replace(wiki, upstream=payroll.upstream))) == [
        ("upstream", "wiki", True, True)
    ]
    assert told(company, with_app(company, replace(payroll, upstream=wiki.upstream))) == [
        ("upstream", "payroll", False, True)
    ]


def test_a_rule_about_documents_is_said_to_be_unchecked(company: Company, tmp_path: Path) -> None:
    rule = '@id("papers") permit (principal in Group::"finance", action == Action::"download", resource is Document);'
    folder = small_folder(tmp_path / "changed")
    policies = next((folder / "policies").glob("*.cedar"))
    policies.write_text(policies.read_text() + "\n" + rule)
    changed = load_company(folder)
    assert told(company, changed) == [("policy", "papers", False, False)]
    assert told(changed, company) == [("policy", "papers", False, False)]
    assert told(changed, changed) == []
