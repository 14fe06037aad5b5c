from __future__ import annotations

from dataclasses import replace

from tests.importing.harbor import begun, imported, made

from limen.clock import from_iso
from limen.company.candidate import candidate
from limen.company.folder import APPS, SETTINGS, TESTS
from limen.company.gate import FIRST_ADMINISTRATOR, pass_gate
from limen.importing.conditions import Strength
from limen.importing.importing import change_of
from limen.importing.model import EVERYONE, Access, App, Person, System, Wishes
from limen.importing.writing import people_list, policy_file, without_example


def test_the_folder_passes_the_gate_that_stands_before_every_publication() -> None:
    for system in ("authelia", "keycloak"):
        done = made(imported(system))
        pass_gate(done.company, [FIRST_ADMINISTRATOR], from_iso("2026-11-24T09:00:00Z"))
        assert done.company.tests != begun().tests


def test_running_it_again_changes_nothing_and_says_what_differs() -> None:
    what = imported("authelia")
    done = made(what)
    again = made(what, done.company)
    assert (again.is_nothing, again.kept, again.groups, again.apps) == (True, (), done.groups, done.apps)
    texts = {APPS: done.company.files[APPS].replace('name: "Git"', 'name: "Source"')}
    other = made(what, candidate(done.company, texts))
    assert other.is_nothing
    assert [one.split(":")[0] for one in other.kept] == ["app git"]
    over = change_of(what, candidate(done.company, texts), Wishes(), replaces=True)
    assert 'name: "Git"' in over.changed[APPS]


def test_an_app_that_the_company_has_keeps_its_entry_and_its_policies() -> None:
    done = change_of(imported("authelia"), begun(), Wishes())
    assert any(one.startswith("app handbook:") for one in done.kept)
    assert "handbook-only-as-before" not in done.company.policies.sources
    assert done.company.all_apps["handbook"] == begun().all_apps["handbook"]


def test_an_app_at_a_host_for_which_limen_can_not_answer_is_left_out_by_name() -> None:
    shut = (Access(Strength(1), "X", "So."),)
    hosts = ("x.other.example", "harbor.example", "limen.harbor.example", "x.harbor.example")
    apps = tuple(App(f"host:{host}", "X", shut, host=host) for host in hosts)
    what = imported("authelia")
    done = change_of(replace(what, system=System(apps=apps)), begun(), Wishes())
    assert {one.host for one in done.company.apps} - {one.host for one in begun().apps} == {"x.harbor.example"}
    assert len(done.kept) == 3


def test_the_example_of_a_new_folder_gives_way() -> None:
    before = without_example(begun(), imported("authelia").system)
    assert set(before.all_apps) == {"limen", "example-handbook"}
    assert without_example(begun(), System()) is begun()


def test_a_change_of_the_export_changes_what_was_written_and_nothing_else() -> None:
    what = imported("authelia")
    done = made(what)
    less = replace(
        what, system=replace(what.system, apps=tuple(one for one in what.system.apps if "wiki" not in one.key))
    )
    again = change_of(less, done.company, Wishes())
    assert set(again.changed) == {policy_file("authelia")}
    assert SETTINGS not in again.changed
    assert TESTS not in again.changed


def test_people_without_an_address_or_access_are_not_in_the_list() -> None:
    people = (
        Person("a", "=A", "a@harbor.example", frozenset({EVERYONE})),
        Person("b", "B", ""),
        Person("c", "C", "c@harbor.example", is_active=False),
    )
    listed = people_list(System(people=people), {EVERYONE: "all-accounts"}).splitlines()[1:]
    assert [line.split(",")[:3] for line in listed] == [["'=A", "a@harbor.example", "all-accounts"]]
