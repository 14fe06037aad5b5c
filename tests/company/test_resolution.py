"""What both sides changed, part by part, and the two put together as somebody chose."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from tests.company.small_folder import small_folder
from tests.company.test_rebase import WHO, edited
from tests.dial import size

from limen.company.candidate import added, candidate, replaced
from limen.company.company import Company
from limen.company.folder import APPS, TESTS
from limen.company.load import load_company
from limen.company.rebase import rebased, stretches
from limen.company.resolution import disagreements, resolved
from limen.errors import LimenError


@pytest.fixture
def base(tmp_path: Path) -> Company:
    return load_company(small_folder(tmp_path))


CHANGED_TWICE = [
    (WHO, "staff-work", ("sensitivity <= 1", "sensitivity <= 0"), ("strength >= 2", "strength >= 3")),
    (WHO, "staff-work", ("Staff work with", "Staff use"), ("strength >= 2", "strength >= 3")),
    (APPS, "wiki", ("name: Wiki", "name: W"), ('download: ["GET /export/**"]', 'download: ["GET /e"]')),
    (
        TESTS,
        "Staff do not read salaries",
        ("{strength: 3}\n  expect: deny", "{strength: 2}\n  expect: deny"),
        ("  expect: deny", "  because: nothing-permits\n  expect: deny"),
    ),
]


@pytest.mark.parametrize(("file", "name", "mine", "other"), CHANGED_TWICE)
def test_each_part_has_both_texts_and_the_name_of_what_it_lies_in(
    base: Company, file: str, name: str, mine: tuple[str, str], other: tuple[str, str]
) -> None:
    ours, theirs = edited(base, file, *mine), edited(base, file, *other)
    (one,) = disagreements(base, ours, theirs)
    assert (one.file, one.name) == (file, name)
    assert one.ours is not None
    assert one.theirs is not None
    assert one.ours in ours.files[file]
    assert one.theirs in theirs.files[file]


@pytest.mark.parametrize(("file", "name", "mine", "other"), CHANGED_TWICE)
def test_what_was_chosen_is_what_comes_of_it(
    base: Company, file: str, name: str, mine: tuple[str, str], other: tuple[str, str]
) -> None:
    del name
    ours, theirs = edited(base, file, *mine), edited(base, file, *other)
    (one,) = disagreements(base, ours, theirs)
    assert resolved(base, ours, theirs, [one.theirs]).files == theirs.files
    assert resolved(base, ours, theirs, [one.ours]).files == ours.files


def test_what_somebody_wrote_takes_the_place_of_both(base: Company) -> None:
    ours = edited(base, WHO, "sensitivity <= 1", "sensitivity <= 0")
    theirs = edited(base, WHO, "strength >= 2", "strength >= 3")
    (one,) = disagreements(base, ours, theirs)
    assert one.ours is not None
    both = one.ours.replace("strength >= 2", "strength >= 3")
    text = resolved(base, ours, theirs, [both]).policies.sources["staff-work"].text
    assert "strength >= 3" in text
    assert "sensitivity <= 0" in text


def test_all_else_that_either_changed_is_there_whatever_was_chosen(base: Company) -> None:
    """Choosing one part of a file undoes nothing else that was published."""
    ours = edited(base, WHO, "Staff work with", "Staff use")
    ours = edited(ours, APPS, "name: Wiki", "name: Knowledge")
    theirs = edited(base, WHO, "Staff work with", "Staff open")
    theirs = candidate(theirs, replaced(theirs, "finance-payroll", ""))
    new = '@id("new") forbid (principal, action == Action::"share", resource);'
    theirs = candidate(theirs, added(theirs, new))
    for one in ("ours", "theirs"):
        (part,) = disagreements(base, ours, theirs)
        done = resolved(base, ours, theirs, [getattr(part, one)])
        assert "finance-payroll" not in done.policies.sources
        assert "new" in done.policies.sources
        assert "name: Knowledge" in done.files[APPS]


def test_a_policy_that_one_took_away_and_the_other_changed(base: Company) -> None:
    ours = edited(base, WHO, "Staff work with", "Staff use")
    theirs = candidate(base, {**replaced(base, "staff-work", ""), TESTS: ""})
    (one,) = disagreements(base, ours, theirs)
    assert "staff-work" not in resolved(base, ours, theirs, [one.theirs]).policies.sources
    assert "Staff use" in resolved(base, ours, theirs, [one.ours]).files[WHO]


def test_a_file_that_both_added_is_chosen_as_a_whole(base: Company) -> None:
    file = "policies/70-new.cedar"
    ours, theirs = (
        candidate(base, {file: f'@id("{name}") forbid (principal, action == Action::"share", resource);\n'})
        for name in ("a", "b")
    )
    (one,) = disagreements(base, ours, theirs)
    assert (one.file, one.name) == (file, "")
    assert "a" in resolved(base, ours, theirs, [one.ours]).policies.sources
    assert file not in resolved(base, ours, theirs, [None]).files


def test_a_policy_that_was_moved_is_not_told_from_the_texts(base: Company) -> None:
    theirs = edited(base, WHO, "Staff work with", "Staff use")
    text = base.policies.sources["staff-work"].text.replace("Staff work with", "Staff open")
    ours = candidate(base, {**replaced(base, "staff-work", ""), "policies/70-new.cedar": f"{text}\n"})
    assert rebased(base, ours, theirs).conflicts
    assert disagreements(base, ours, theirs) == ()
    with pytest.raises(LimenError):
        resolved(base, ours, theirs, [])


@pytest.mark.parametrize("chosen", [[], ["a", "b"]])
def test_what_does_not_answer_each_part_is_refused(base: Company, chosen: list[str]) -> None:
    file, _, mine, other = CHANGED_TWICE[0]
    with pytest.raises(LimenError):
        resolved(base, edited(base, file, *mine), edited(base, file, *other), chosen)


LINES = st.lists(st.sampled_from("abcd"), max_size=8)


@settings(max_examples=size(200, least=50))
@given(base=LINES, ours=LINES, theirs=LINES)
def test_stretches_put_together_are_the_texts(base: list[str], ours: list[str], theirs: list[str]) -> None:
    found = list(stretches(base, ours, theirs))
    assert [line for one in found for line in one.base] == base
    assert [line for one in found for line in one.ours] == ours
    assert [line for one in found for line in one.theirs] == theirs
    assert [one.at for one in found] == [sum(len(before.base) for before in found[:n]) for n in range(len(found))]
