from __future__ import annotations

from pathlib import Path

import pytest
from tests.policy.scene import tree_of

from limen.cedar import PolicySet
from limen.policy.proof import monotone
from limen.policy.proof.monotone import Proof, Unproven, Widening, prove

ROOT = Path(__file__).resolve().parents[2]


def proof(*texts: str) -> Proof:
    return prove(PolicySet.from_json(tree_of("\n".join(texts))))


def policy(effect: str, condition: str, kind: str = "when", annotation: str = "") -> str:
    return f'@id("p") {annotation} {effect} (principal, action, resource) {kind} {{ {condition} }};'


@pytest.mark.parametrize(
    ("effect", "kind", "condition"),
    [
        ("permit", "when", "context.auth.strength >= 3"),
        ("forbid", "unless", 'context.device.compliance == "compliant" && context.auth.strength >= 3'),
        ("forbid", "when", "context.risk.score >= 70"),
        ("forbid", "when", "context.place.anonymiser"),
        ("permit", "when", 'context.now.durationSince(context.auth.at) <= duration("4h")'),
        ("forbid", "when", "principal.active"),
        # undecided by form, and in order
        ("permit", "when", "context.device.known || !context.device.known || context.auth.strength == 2"),
        ("permit", "when", "context.auth.strength == 2 || context.auth.strength == 3"),
        (
            "forbid",
            "when",
            '["unknown", "non_compliant"].contains(context.device.compliance) || !context.device.known',
        ),
    ],
)
def test_policies_that_keep_to_the_order_are_accepted(effect: str, kind: str, condition: str) -> None:
    assert proof(policy(effect, condition, kind)).findings == ()


@pytest.mark.parametrize(
    ("effect", "condition", "path", "worse", "better"),
    [
        ("forbid", 'context.device.compliance == "non_compliant"', "device.compliance", '"unknown"', '"non_compliant"'),
        ("forbid", "context.risk.known && context.risk.score >= 70", "risk.known", "false", "true"),
        ("permit", 'context.place.network != "office"', "place.network", '""', '"office"'),
        ("permit", "context.auth.strength == 2", "auth.strength", "2", "3"),
        ("permit", 'context.auth.factors == ["password"]', "auth.factors", '["password"]', '["passkey", "password"]'),
        ("forbid", 'context.place.country == "RU" && context.time.minute < 480', "place.country", '""', '"RU"'),
        ("forbid", "context.grant.active && context.grant.until > context.now", "grant.active", "false", "true"),
    ],
)
def test_a_worse_fact_that_opens_is_named_with_both_values(
    effect: str, condition: str, path: str, worse: str, better: str
) -> None:
    finding = proof(policy(effect, condition)).findings[0]
    assert isinstance(finding, Widening)
    assert (finding.path, finding.worse) == (f"context.{path}", worse)
    assert finding.better in {better, better.replace('"passkey", "password"', '"password", "passkey"')}
    assert "a worse fact widens access" in finding.what


def test_an_error_that_appears_only_under_better_facts_takes_access_away() -> None:
    finding = proof(
        policy("permit", 'context.auth.strength >= 3 && context.place.address.isInRange(ip("::/0"))')
    ).findings[0]
    assert "can't be evaluated" in finding.what


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("context.device.seen.toTime() == context.auth.at.toTime() || context.auth.strength == 9", "can't be proven"),
        (
            " && ".join(f'context.device.id != "{number}"' for number in range(300)) + " || !context.device.known",
            "compares `context.device.id` with 300 values, too many to prove",
        ),
        (" || ".join(f'(principal in Group::"g{number}" && !context.device.known)' for number in range(9)), "too many"),
    ],
)
def test_what_can_not_be_proven_is_refused_and_says_how_to_mend_it(condition: str, what: str) -> None:
    finding = proof(policy("permit", condition)).findings[0]
    assert isinstance(finding, Unproven | Widening)
    assert what in finding.what or isinstance(finding, Widening)
    assert "@allow_unknown" in finding.fix


@pytest.mark.parametrize("number", [1_000, 10_000])
def test_a_fact_compared_with_too_many_values_is_named_and_its_mend_can_be_proven(number: int) -> None:
    values = [f"C{one}" for one in range(number)]
    chain = " || ".join(f'context.place.country == "{one}"' for one in values) + " || context.risk.score > 9"
    (finding,) = proof(policy("forbid", chain)).findings
    assert isinstance(finding, Unproven)
    assert f"compares `context.place.country` with {number} values" in finding.what
    assert '`unless { ["…"].contains(context.place.country) }`' in finding.fix
    listed = "[" + ", ".join(f'"{one}"' for one in values) + "].contains(context.place.country)"
    assert proof(policy("permit", listed)).findings == ()
    assert proof(policy("forbid", listed).replace(" when ", " unless ")).findings == ()


def test_an_exemption_is_listed_and_says_whether_it_is_needed() -> None:
    found = proof(
        policy(
            "forbid", "context.risk.known && context.risk.score > 9", annotation='@allow_unknown("nothing tells it")'
        ),
        policy("permit", "true", annotation='@allow_unknown("for fun")').replace('"p"', '"q"'),
    )
    assert found.findings == ()
    assert [(one.policy, one.why, one.is_needed) for one in found.exemptions] == [
        ("p", "nothing tells it", True),
        ("q", "for fun", False),
    ]


def test_watched_policies_are_held_to_it_and_those_off_are_not() -> None:
    bad = 'context.device.compliance == "non_compliant"'
    assert len(proof(policy("forbid", bad, annotation='@state("report-only")')).findings) == 1
    assert proof(policy("forbid", bad, annotation='@state("off")')).findings == ()


@pytest.mark.parametrize("folder", ["src/limen/company/baseline/policies", "examples/harbor/policies"])
def test_the_policies_that_ship_are_proven(folder: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).glob("*.cedar"))]
    found = proof(*texts)
    assert found.findings == ()
    assert all(one.is_needed for one in found.exemptions)


def test_policies_without_end_do_not_take_time_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monotone, "MOST_TOGETHER", 500)
    odd = 'context.device.compliance == "non_compliant" || context.auth.strength == 1'
    many = [policy("permit", odd).replace('"p"', f'"p{number}"') for number in range(60)]
    found = proof(*many).findings
    assert {one.policy for one in found} == {f"p{number}" for number in range(60)}
    assert isinstance(found[0], Widening)
    assert isinstance(found[-1], Unproven)
