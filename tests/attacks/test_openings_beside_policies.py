"""What opens access without a word of policy is named before it is published, never passed over as nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.company.company import Company
from limen.company.load import FolderError, load_company
from limen.company.plan import ANY_WORKLOAD, Plan, plan, reach_sentences
from limen.facts import Factor, Person
from limen.policy.proof.lockout import Candidate

NOW = 1_795_510_800_000
PEOPLE = [
    Candidate(Person(one, groups=frozenset(groups), active=True), frozenset({Factor.PASSKEY}))
    for one, groups in (
        ("ana", {"staff"}),
        ("ben", {"staff"}),
        ("cem", {"staff", "finance"}),
        ("dora", {"staff", "administrators"}),
    )
]
NAMES = {one.person.id: one.person.id.title() for one in PEOPLE}
OFFICE = ("policies/20-report-only.cedar", '@state("report-only")\n', "")
BACKDOOR = """
@id("robots")
permit (principal is Workload, action == Action::"view", resource == App::"payroll");
"""


def planned(
    tmp_path: Path, *edits: tuple[str, str, str], first: tuple[tuple[str, str, str], ...] = ()
) -> tuple[Plan, Company, Company]:
    folder = small_folder(tmp_path)
    for edit in first:
        change(folder, *edit)
    before = load_company(folder)
    for edit in edits:
        change(folder, *edit)
    after = load_company(folder)
    return plan(before, after, [], PEOPLE, until=NOW), before, after


def said(found: tuple[Plan, Company, Company]) -> str:
    return "\n".join(reach_sentences(*found, NAMES))


def test_a_network_that_becomes_the_whole_internet(tmp_path: Path, expected: Expected) -> None:
    found = planned(tmp_path, ("limen.toml", '"192.0.2.0/24"', '"0.0.0.0/0"'), first=(OFFICE,))
    opened = [one for one in found[0].openings if one.kind == "network"]
    assert [person for one in opened for each in one.reach.differences for person in each.people] == ["cem"]  # type: ignore[union-attr]
    expected(said(found))
    network = next(one for one in found[0].changes if one.kind == "network")
    assert network.detail == "from 192.0.2.0/24 to 0.0.0.0/0"
    assert not found[0].is_nobodys_gain_or_loss


def test_a_permit_for_every_workload_though_there_is_none_yet(tmp_path: Path, expected: Expected) -> None:
    end = 'unless { context.place.network == "office" };\n'
    found = planned(tmp_path, ("policies/20-report-only.cedar", end, end + BACKDOOR))
    (workload,) = found[0].reach.differences if found[0].reach else ()
    assert (workload.people, workload.apps, workload.actions) == ((ANY_WORKLOAD,), ("payroll",), ("view",))
    expected(said(found))


def test_a_stricter_action_that_becomes_a_milder_one(tmp_path: Path, expected: Expected) -> None:
    pay = (
        "apps.yaml",
        '    edit: ["POST /**"]\n    download',
        '    edit: ["POST /**"]\n    administer: ["POST /pay"]\n    download',
    )
    found = planned(
        tmp_path,
        (
            "apps.yaml",
            '    view: ["GET /**"]\n    edit: ["POST /**"]\n    administer: ["POST /pay"]\n',
            '    view: ["GET /**", "POST /**"]\n',
        ),
        first=(pay,),
    )
    route = [one for one in found[0].openings if one.kind == "route" and "POST /pay" in one.said]
    assert [(one.name, one.is_of_requests) for one in route] == [("wiki", True)]
    expected(said(found))


def test_a_new_public_route(tmp_path: Path, expected: Expected) -> None:
    found = planned(
        tmp_path,
        ("apps.yaml", "  owner: finance\n", "  owner: finance\n  public: [{route: GET /export, why: a try}]\n"),
    )
    assert [(one.kind, one.name, one.is_open) for one in found[0].openings] == [("public", "payroll", True)]
    expected(said(found))


def test_a_new_app_brings_its_public_routes(tmp_path: Path) -> None:
    new = (
        "- id: shop\n  name: Shop\n  host: shop.harbor.localhost\n  upstream: http://127.0.0.1:9109\n"
        "  public: [{route: ANY /**, why: a try}]\n\n- id: payroll\n"
    )
    found = planned(tmp_path, ("apps.yaml", "- id: payroll\n", new))
    assert [(one.kind, one.name, one.is_open) for one in found[0].openings] == [("public", "shop", True)]


@pytest.mark.parametrize("upstream", ["http://127.0.0.1:9106", "http://localhost:9106"])
def test_an_upstream_that_becomes_that_of_a_more_sensitive_app(
    tmp_path: Path, upstream: str, expected: Expected
) -> None:
    found = planned(tmp_path, ("apps.yaml", "http://127.0.0.1:9102", upstream))
    assert [(one.kind, one.name, one.is_open) for one in found[0].openings] == [("upstream", "wiki", True)]
    expected(said(found), {upstream: "UPSTREAM"})


def test_relabelling_in_the_same_breath_hides_nothing(tmp_path: Path) -> None:
    found = planned(
        tmp_path,
        ("apps.yaml", "http://127.0.0.1:9102", "http://127.0.0.1:9106"),
        ("apps.yaml", "http://127.0.0.1:9106\n  label: confidential", "http://127.0.0.1:9107\n  label: internal"),
    )
    assert "which is confidential" in said(found)


def test_what_is_not_looked_at_says_so(tmp_path: Path) -> None:
    found = planned(tmp_path, ("limen.toml", "absolute_hours = 12", "absolute_hours = 720"))
    assert not found[0].is_nobodys_gain_or_loss
    assert [(one.kind, one.is_looked_at) for one in found[0].openings] == [("setting", False)]
    assert "absolute_hours from 12 to 720" in said(found)
    assert "not checked" in said(found)


@pytest.mark.parametrize("everybody", ['"0.0.0.0/0"', '"::/0"', '"0.0.0.0/1", "128.0.0.0/1"'])
def test_a_front_that_is_everybody_is_refused(tmp_path: Path, everybody: str) -> None:
    folder = small_folder(tmp_path)
    change(folder, "limen.toml", "[storage]", f"[listen]\ntrusted_proxies = [{everybody}]\n\n[storage]")
    with pytest.raises(FolderError) as refused:
        load_company(folder)
    assert {one.file for one in refused.value.problems} == {"limen.toml"}
    assert "trusted_proxies" in refused.value.problems[0].what


def test_a_front_that_is_a_whole_building_is_told_in_the_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_folder(tmp_path)
    change(folder, "limen.toml", "[storage]", '[listen]\ntrusted_proxies = ["10.0.0.0/8"]\n\n[storage]')
    for command in ("plan", "check"):
        leave(command, str(folder))
        assert "trusted_proxies contains 10.0.0.0/8" in capsys.readouterr().out


def test_another_upstream_alone_is_not_looked_at(tmp_path: Path) -> None:
    found = planned(tmp_path, ("apps.yaml", "http://127.0.0.1:9102", "http://127.0.0.1:9110"))
    assert [(one.kind, one.is_looked_at) for one in found[0].openings] == [("upstream", False)]
    assert not found[0].is_nobodys_gain_or_loss


def test_the_codes_of_an_app_that_go_to_somebody_else_as_well(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    apps = folder / "apps.yaml"
    entry = "\n- id: survey\n  protocol: oidc\n  label: internal\n  url: https://survey.example/\n  oidc: {}\n"
    good = '{redirect_uris: ["https://survey.example/back"], consent: once, scopes: [openid]}'
    bad = '{redirect_uris: ["https://survey.example/back", "https://evil.example/back"], client: public}'
    apps.write_text(apps.read_text().rstrip() + entry.replace("{}", good))
    before = load_company(folder)
    apps.write_text(apps.read_text().replace(good, bad))
    after = load_company(folder)
    found = plan(before, after, [], PEOPLE, until=NOW), before, after
    assert not found[0].is_nobodys_gain_or_loss
    assert len([one for one in found[0].openings if (one.kind, one.name) == ("client", "survey")]) == 4
    assert "https://evil.example/back" in said(found)
    (change_of_it,) = (one for one in found[0].changes if one.name == "survey")
    assert change_of_it.detail == "oidc (redirect_uris, is_public, is_foreign, scopes)"
