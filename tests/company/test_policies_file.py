from __future__ import annotations

from typing import Any

import pytest

from limen.company.child import parse_texts
from limen.company.policies_file import read_policies


def parsed(text: str) -> dict[str, list[dict[str, Any]]]:
    files, problems = parse_texts({"policies/a.cedar": text})
    assert problems == []
    return {"policies/a.cedar": files["policies/a.cedar"]["policies"]}


GOOD = """// a comment
@id("staff-view")
permit (principal in Group::"staff", action, resource == App::"wiki");
@id("limen") permit (principal, action, resource == App::"limen");"""


def test_policies_are_named_by_their_ids_and_know_where_they_stand() -> None:
    policies, problems = read_policies(parsed(GOOD), ["staff"], ["wiki"])
    assert problems == []
    assert list(policies.tree["staticPolicies"]) == ["staff-view", "limen"]
    source = policies.sources["staff-view"]
    assert (source.file, source.line) == ("policies/a.cedar", 2)
    assert source.text.startswith("@id(")


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('permit (principal, action, resource)\nwhen { principal in Group::"staf" };', (2, 28), 'no group "staf"'),
        ('permit (principal, action, resource in App::"wki");', (1, 45), 'no app "wki"'),
        ('@state("on") permit (principal, action, resource);', (1, 8), 'no @state "on"'),
        ('@phase("dvices") permit (principal, action, resource);', (1, 8), 'no @phase "dvices"'),
    ],
)
def test_names_that_nobody_declared_are_found_where_they_stand(text: str, where: tuple[int, int], what: str) -> None:
    _, problems = read_policies(parsed(text), ["staff"], ["wiki"])
    (problem,) = [one for one in problems if what in one.what]
    assert (problem.line, problem.column) == where


def test_names_are_not_held_against_what_could_not_be_read() -> None:
    _, problems = read_policies(parsed(GOOD), None, None)
    assert problems == []


def in_one_file(text: str) -> list[tuple[int, int, str]]:
    _, problems = read_policies(parsed(text), ["staff"], ["wiki"])
    return [(one.line, one.column, f"{one.what}; {one.fix}") for one in problems]


def test_a_fact_that_opens_where_it_is_worse_is_named_with_its_policy_and_mend() -> None:
    (found,) = in_one_file(
        """@id("no-sick-devices")
forbid (principal, action, resource)
when { context.device.compliance == "non_compliant" };"""
    )
    assert found[:2] == (3, 8)
    assert 'context.device.compliance "unknown" passes this forbid' in found[2]
    assert 'write `context.device.compliance != "compliant"`' in found[2]


def test_an_exemption_is_counted_and_has_a_reason_and_a_use() -> None:
    sick = 'forbid (principal, action, resource) when { context.device.compliance == "non_compliant" };'
    policies, problems = read_policies(parsed(f'@id("a") @allow_unknown("a trial") {sick}'), [], [])
    assert problems == []
    assert policies.exemptions == {"a": "a trial"}
    (empty, widening) = sorted(in_one_file(f'@id("a") @allow_unknown("") {sick}'))
    assert "has no reason" in empty[2]
    assert "widens access" in widening[2]
    (needless,) = in_one_file('@id("a") @allow_unknown("why") permit (principal, action, resource);')
    assert "needs no exemption" in needless[2]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("st\u0430ff", 'U+0430, cyrillic small letter a; use a-z, 0-9 and `-`, as in "staff"'),
        ("Staff View", 'can\'t be named "Staff View"; use a-z, 0-9 and `-`, as in "staff-view"'),
        ("\u4eba", "U+4EBA, cjk unified ideograph-4eba; use a-z, 0-9 and `-`, 80 characters at most"),
    ],
)
def test_an_id_that_can_not_be_taken_comes_with_the_nearest_that_can(name: str, said: str) -> None:
    _, problems = read_policies(parsed(f'@id("{name}") permit (principal, action, resource);'), ["staff"], ["wiki"])
    assert said in str(problems[0])


def test_so_many_complaints_about_a_file_and_no_more() -> None:
    text = "permit (principal, action, resource);\n" * 80 + '@id("b") permit (principal, action, resource);'
    _, problems = read_policies(parsed(text), [], [])
    assert len(problems) == 51
    assert (problems[-1].line, problems[-1].what) == (51, "nothing after this point was checked")


def test_what_people_are_shown_is_short_and_can_be_shown() -> None:
    text = '@id("a")\n@title("\\u{7}")\n@reason("' + "x" * 1_001 + '")\npermit (principal, action, resource);'
    _, problems = read_policies(parsed(text), [], [])
    assert [(one.line, one.what) for one in problems] == [
        (2, "this @title contains characters that can't be displayed"),
        (3, "this @reason is longer than 1000 characters"),
    ]


def test_a_german_reason_stands_beside_one_for_everyone_else_and_is_as_short() -> None:
    rest = "forbid (principal, action, resource);"
    assert in_one_file(f'@id("a") @reason("Salaries.") @reason_de("Gehälter.") {rest}') == []
    (alone,) = in_one_file(f'@id("a") @reason_de("Gehälter.") {rest}')
    assert alone[:2] == (1, 10)
    (long,) = in_one_file(f'@id("a") @reason("Salaries.") @reason_de("{"ä" * 1001}") {rest}')
    assert long[:2] == (1, 31)
    (slip,) = in_one_file(f'@id("a") @reason("Salaries.") @reason_fr("Salaires.") {rest}')
    assert slip[:2] == (1, 31)
