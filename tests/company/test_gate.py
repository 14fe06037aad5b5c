from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.company.small_folder import small_folder
from tests.devices import seen

from limen.clock import from_iso
from limen.company.candidate import added, candidate
from limen.company.gate import (
    FIRST_ADMINISTRATOR,
    LockedOutError,
    Member,
    lockout,
    lockout_problems,
    pass_gate,
    people_of,
)
from limen.company.load import FolderError, load_company
from limen.devices.model import EnrolledDevice, Held, KeyStorage, Platform
from limen.facts import Factor, Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.policy.proof.lockout import Candidate, Proof
from limen.storage import Database

NOW = 1_795_510_800_000


def test_what_passes_says_how_many_tests_it_met(tmp_path: Path) -> None:
    company = load_company(small_folder(tmp_path))
    passed = pass_gate(company, (FIRST_ADMINISTRATOR,), NOW)
    assert passed.tests == len(company.tests) > 3
    assert (passed.proof["person"], passed.proof["permits"]) == (
        FIRST_ADMINISTRATOR.person.id,
        ["administrators-run-limen"],
    )


def test_a_failing_test_shuts_the_gate(tmp_path: Path) -> None:
    company = load_company(small_folder(tmp_path))
    broken = replace(company, tests=(replace(company.tests[0], effect=company.tests[1].effect),))
    with pytest.raises(FolderError, match="expected: "):
        pass_gate(broken, (FIRST_ADMINISTRATOR,), NOW)


def test_what_locks_every_administrator_out_is_named(tmp_path: Path) -> None:
    company = load_company(small_folder(tmp_path))
    locked = candidate(
        company,
        added(company, '@id("nobody")\nforbid (principal, action == Action::"administer", resource);')
        | {"policies/tests.yaml": company.files["policies/tests.yaml"].split("- test: Administrators")[0]},
    )
    with pytest.raises(LockedOutError, match="locked out: nobody") as error:
        pass_gate(locked, (FIRST_ADMINISTRATOR,), NOW)
    assert [one.policy for one in error.value.found.obstacles] == ["nobody"]


def test_a_lock_out_names_file_and_line_and_stands_beside_failing_tests(tmp_path: Path) -> None:
    company = load_company(small_folder(tmp_path))
    locked = candidate(
        company, added(company, '\n@id("nobody")\nforbid (principal, action == Action::"administer", resource);')
    )
    (barring,) = lockout_problems(locked, lockout(locked, (FIRST_ADMINISTRATOR,), NOW))
    assert (barring.file, locked.files[barring.file].splitlines()[barring.line - 1]) == (
        "policies/50-console.cedar",
        '@id("nobody")',
    )
    with pytest.raises(FolderError, match="expected: ") as error:
        pass_gate(locked, (FIRST_ADMINISTRATOR,), NOW)
    assert error.value.problems[-1] == barring
    assert lockout_problems(company, lockout(company, (FIRST_ADMINISTRATOR,), NOW)) == ()


def test_a_lock_out_that_begins_in_some_days_shuts_the_gate_today(tmp_path: Path) -> None:
    company = load_company(small_folder(tmp_path))
    ending = '@id("ending") forbid (principal, action, resource) unless {{ context.now < datetime("{}") }};'
    soon, late = (candidate(company, added(company, ending.format(day))) for day in ("2026-11-27", "2027-11-27"))
    assert isinstance(lockout(soon, (FIRST_ADMINISTRATOR,), NOW), Proof)
    with pytest.raises(LockedOutError, match=r"locked out from .*2026.*: ending") as error:
        pass_gate(soon, (FIRST_ADMINISTRATOR,), NOW)
    assert error.value.found.begins == from_iso("2026-11-27T00:00:00Z")
    assert pass_gate(late, (FIRST_ADMINISTRATOR,), NOW).proof["person"] == FIRST_ADMINISTRATOR.person.id


def test_while_there_is_no_administrator_the_first_one_to_come_must_get_in(where: str) -> None:
    database = Database.open(where)
    assert database.read(people_of) == (FIRST_ADMINISTRATOR,)
    ada = Person("p1", "Ada", "ada@harbor.example", frozenset({"administrators"}), active=True)
    database.write(lambda one: people.add(one.connection, ada, PersonStatus.ACTIVE, 1))
    assert database.read(people_of) == (Member(ada, frozenset()),)
    database.close()


def test_a_factor_that_no_administrator_has_by_its_day_shuts_the_gate(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    (folder / "factors.yaml").write_text("required: [{who: administrators, factor: passkey, by: 2020-01-01}]")
    company = load_company(folder)
    weak = Person("p_weak", groups=frozenset({"administrators", "staff"}), active=True)
    both = frozenset({Factor.PASSWORD, Factor.CODE})
    with pytest.raises(LockedOutError, match=r"factors\.yaml"):
        pass_gate(company, (Candidate(weak, both),), NOW)
    assert pass_gate(company, (Candidate(weak, both | {Factor.PASSKEY}),), NOW).proof["person"] == "p_weak"


def test_an_administrator_with_a_healthy_device_is_no_lock_out_and_one_without_is(tmp_path: Path) -> None:
    company = load_company(small_folder(tmp_path))
    only_healthy = '@id("healthy") forbid (principal, action == Action::"administer", resource) unless {{ {} }};'
    ada = Person("p_ada", groups=frozenset({"administrators", "staff"}), active=True)
    wren = EnrolledDevice("d_1", "p_ada", "wren", Platform.LINUX, KeyStorage.FILE, is_managed=True, enrolled_at=NOW)
    for asked, healthy, ill in (
        ('context.device.compliance == "compliant"', True, False),
        ('context.device.passing.contains("firewall") && context.device.binding >= 1', True, False),
        ("context.device.known", True, True),
        ("context.device.binding >= 3", False, False),
    ):
        strict = candidate(company, added(company, only_healthy.format(asked)))
        told = []
        for reported in (seen.reported(), seen.reported({"firewall": {"enabled": False}}, {"firewall": 1})):
            member = Member(ada, frozenset({Factor.PASSKEY}), held=(Held(wren, reported, {}),))
            told.append(isinstance(lockout(strict, (member,), NOW), Proof))
        assert told == [healthy, ill]
        assert not isinstance(lockout(strict, (Candidate(ada, frozenset({Factor.PASSKEY})),), NOW), Proof)
