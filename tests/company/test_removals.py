from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from tests.company.company_folder import new_folder
from tests.company.small_folder import small_folder

from limen.company.candidate import added, candidate
from limen.company.company import Company
from limen.company.folder import APPS, SETTINGS, TESTS
from limen.company.load import failing_tests, load_company
from limen.company.removals import uses_of_app, uses_of_group, with_group, without_app, without_group
from limen.company.revision import read_content, write_content
from limen.errors import LimenError

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
SHOP = """- id: shop
  host: shop.harbor.localhost
  upstream: http://10.0.0.1
  label: internal

- id: payroll"""
LISTED = """@id("both")
forbid (principal, action == Action::"share", resource)
when { resource in [App::"wiki", App::"payroll"] };"""
SPOKEN = """@id("odd")
forbid (principal, action == Action::"share", resource) when { resource == App::"wiki" };"""
PERMIT = """@id("keys")
permit (principal in Group::"cleaning", action == Action::"view", resource == App::"wiki");"""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return load_company(small_folder(tmp_path))


def test_the_example_app_of_a_fresh_company_goes_without_an_error(tmp_path: Path) -> None:
    fresh = load_company(new_folder(tmp_path))
    done = without_app(fresh, "handbook")
    assert done.company.apps == ()
    assert failing_tests(done.company) == ()
    assert {one.app for one in done.company.tests} == {"limen"}
    assert "# What Limen protects." in (done.changed[APPS] or "")


def test_an_app_and_a_group_go_from_what_is_published_as_they_go_from_a_folder(tmp_path: Path) -> None:
    folder = load_company(new_folder(tmp_path))
    published = replace(read_content(write_content(folder)), files=folder.files)
    assert without_app(published, "handbook").changed == without_app(folder, "handbook").changed
    assert without_group(published, "guests").changed == without_group(folder, "guests").changed


@pytest.mark.parametrize("app", ["handbook", "wiki", "warehouse", "crm", "git", "payroll"])
def test_every_app_of_harbor_can_go_alone(app: str) -> None:
    harbor = load_company(HARBOR)
    done = without_app(harbor, app)
    assert app not in done.company.all_apps
    assert failing_tests(done.company) == ()
    assert uses_of_app(done.company, app).policies == ()
    assert set(done.company.apps) == {one for one in harbor.apps if one.id != app}


def test_a_test_about_it_alone_asks_another_app_where_that_is_answered_alike(company: Company) -> None:
    two = candidate(company, {APPS: company.files[APPS].replace("- id: payroll", SHOP)})
    done = without_app(two, "wiki")
    assert done.company.tests[0].app == "shop"
    assert not any("wiki" in (done.changed[one] or "").replace("the wiki", "").split() for one in (APPS, TESTS))


def test_a_name_in_a_list_is_taken_out_and_a_condition_is_its_authors(company: Company) -> None:
    done = without_app(candidate(company, added(company, LISTED)), "wiki")
    assert '{ resource in [App::"payroll"] }' in done.company.policies.sources["both"].text
    with pytest.raises(LimenError, match="odd"):
        without_app(candidate(company, added(company, SPOKEN)), "wiki")


def test_what_is_not_there_and_limen_itself_stay(company: Company) -> None:
    for app in ("limen", "nothing"):
        with pytest.raises(LimenError):
            without_app(company, app)


def test_a_group_goes_with_what_is_about_it_alone(company: Company) -> None:
    more = candidate(company, {SETTINGS: with_group(company.files[SETTINGS], "cleaning", 'The "early" ones')})
    assert more.settings.groups["cleaning"] == 'The "early" ones'
    used = candidate(more, added(more, PERMIT))
    assert uses_of_group(used, "cleaning").policies == ("keys",)
    done = without_group(used, "cleaning")
    assert "cleaning" not in done.company.settings.groups
    assert "keys" not in done.company.policies.sources
    assert done.changed[SETTINGS] == company.files[SETTINGS]


def test_while_people_are_in_it_or_an_app_is_its_a_group_stays(company: Company) -> None:
    with pytest.raises(LimenError, match="Ana"):
        without_group(company, "administrators", ["Ana"])
    with pytest.raises(LimenError, match="payroll"):
        without_group(company, "finance")
    with pytest.raises(LimenError):
        without_group(company, "nothing")


def test_a_title_is_changed_on_its_line(company: Company) -> None:
    text = with_group(company.files[SETTINGS], "staff", "Everyone")
    assert tomllib.loads(text)["groups"]["staff"] == "Everyone"
    assert text.count("\n") == company.files[SETTINGS].count("\n")
    with pytest.raises(LimenError, match=r"\[groups\]"):
        with_group("name = 1", "staff", "x")
