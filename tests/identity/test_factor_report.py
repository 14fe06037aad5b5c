from __future__ import annotations

from dataclasses import replace

from limen.facts import EVERYONE, Factor, Needed, Person, RequiredFactor, RequiredFactors
from limen.identity.factor_report import Share, factor_report, to_json
from limen.identity.model import Member, PersonStatus
from limen.identity.past_sign_ins import PastSignIn, PastSignIns

CODE = frozenset({Factor.PASSWORD, Factor.CODE})
ROW = RequiredFactor(EVERYONE, Needed.PASSKEY, "2026-11-30", 5)


def member(name: str, *factors: Factor, groups: tuple[str, ...] = (), status: str = "active") -> Member:
    person = Person(f"p_{name.lower()}", name, f"{name}@harbor.example", frozenset(groups), status == "active")
    return Member(person, PersonStatus(status), 1, 1, frozenset(factors))


PEOPLE = (
    member("Mia", Factor.PASSKEY, groups=("administrators",)),
    member("ben", *CODE),
    member("Ada", Factor.PASSWORD, groups=("administrators",)),
    member("Zoe", Factor.PASSKEY),
    member("Eve", status="invited"),
    member("Old", status="inactive"),
)


def sign_in(number: int, person: str, strength: int) -> PastSignIn:
    return PastSignIn(f"e{number}", number, person, strength, ("password",) if strength == 1 else ("passkey",))


PAST = PastSignIns(
    0,
    9,
    (
        sign_in(5, "p_mia", 3),
        sign_in(4, "p_ben", 1),
        sign_in(3, "p_ben", 3),
        sign_in(2, "p_old", 1),
        sign_in(1, "p_ada", 2),
    ),
)


def test_a_requirement_counts_active_people_and_names_who_lacks_it() -> None:
    (one,) = factor_report(PEOPLE, RequiredFactors((ROW,)), PAST).required
    assert one.has_it == Share(2, 4)
    assert [person.name for person in one.lacking] == ["Ada", "ben"]


def test_one_weak_sign_in_is_enough_to_count_as_weak() -> None:
    report = factor_report(PEOPLE, RequiredFactors(), PAST)
    assert (report.everyone.people, report.everyone.phishing_resistant) == (Share(2, 3), Share(1, 3))
    assert (report.everyone.strong, report.everyone.strongest) == (Share(3, 5), Share(2, 5))
    assert [one.id for one in report.everyone.weaker] == ["e4", "e2"]
    assert [person.name for person in report.everyone.silent] == ["Zoe"]


def test_administrators_are_told_apart() -> None:
    found = factor_report(PEOPLE, RequiredFactors(), PAST).administrators
    assert (found.people, found.phishing_resistant, found.strong) == (Share(2, 2), Share(1, 2), Share(2, 2))
    assert found.weaker == found.silent == ()


def test_of_nobody_there_is_no_share_and_all_means_all() -> None:
    assert Share(0, 0).percent is None
    assert Share(199, 200).percent == 99
    assert Share(200, 200).percent == 100
    report = factor_report((), RequiredFactors((ROW,)), replace(PAST, rows=()))
    assert report.required[0].has_it == Share(0, 0)


def test_the_plain_form_is_sorted_and_has_numerator_and_denominator() -> None:
    told = to_json(factor_report(PEOPLE, RequiredFactors((ROW,)), PAST))
    (required,) = told["required"]
    assert (required["numerator"], required["denominator"]) == (2, 4)
    assert [one["id"] for one in required["lacking"]] == ["p_ada", "p_ben"]
    everyone = told["sign_ins"]["everyone"]
    assert everyone["people_with_two_factors"] == {"numerator": 2, "denominator": 3}
    assert [(one["person"], one["name"], one["strength"]) for one in everyone["weaker"]] == [
        ("p_ben", "ben", 1),
        ("p_old", "", 1),
    ]
