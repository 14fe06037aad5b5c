"""Laws of decisions about documents, over Harbor's own policies and rules that name documents."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.policy.scene import BERLIN

from limen.cedar import PolicySet
from limen.company.company import Company
from limen.company.load import load_company
from limen.facts import ACTIONS, Document, Facts, Label, Person
from limen.policy import Decision, Engine, Request
from limen.policy.hypothetical import Hypothetical

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
RULES = """
permit (principal, action, resource is Document) when { resource.sensitivity <= 2 && context.auth.strength >= 2 };
forbid (principal, action == Action::"download", resource is Document) unless { context.device.known };
forbid (principal, action, resource) when { resource is Document && resource.sensitivity >= 3 };
"""


@cache
def _harbor() -> Company:
    return load_company(HARBOR)


@cache
def _engine(*, with_rules: bool) -> Engine:
    tree = _harbor().engine().tree
    more = PolicySet.parse(RULES).to_json()["staticPolicies"] if with_rules else {}
    named = {f"documents-{name}": {**body, "annotations": {"id": f"documents-{name}"}} for name, body in more.items()}
    return Engine({**tree, "staticPolicies": {**tree["staticPolicies"], **named}}, "r1", BERLIN)


_HYPOTHETICAL = st.builds(
    Hypothetical,
    strength=st.integers(0, 3),
    device=st.sampled_from(["", "compliant", "non_compliant", "unknown"]),
    managed=st.booleans(),
    risk=st.sampled_from([0, 50, 100, None]),
    grant=st.sampled_from([0, 3_600_000]),
)
_GROUPS = st.frozensets(st.sampled_from(["staff", "finance", "administrators", "contractors", "guests", "engineering"]))
_LABELS = st.sampled_from(Label)
_QUESTION = {
    "supposed": _HYPOTHETICAL,
    "groups": _GROUPS,
    "app": st.integers(0, 99),
    "action": st.sampled_from(ACTIONS),
}


def _facts(supposed: Hypothetical, groups: frozenset[str], app: int, action: str, label: Label) -> Facts:
    apps = list(_harbor().all_apps.values())
    one = replace(apps[app % len(apps)], label=label, onboarding_until=0)
    return supposed.facts(Person("p_1", groups=groups, active=True), one, action, supposed.now(BERLIN))


def _decide(facts: Facts, supposed: Hypothetical, action: str, *, with_rules: bool) -> Decision:
    return _engine(with_rules=with_rules).decide(Request(action), facts, supposed.now(BERLIN))


@settings(max_examples=size(400), deadline=None)
@given(**_QUESTION, own=_LABELS, label=_LABELS)
def test_rules_about_apps_answer_as_if_the_app_had_the_documents_label(
    supposed: Hypothetical, groups: frozenset[str], app: int, action: str, own: Label, label: Label
) -> None:
    document = _facts(supposed, groups, app, action, own).about(Document("d_1", label))
    alike = _facts(supposed, groups, app, action, max(own, label))
    one, other = (_decide(facts, supposed, action, with_rules=False) for facts in (document, alike))
    assert (one.effect, one.reasons, one.remedies) == (other.effect, other.reasons, other.remedies)


@settings(max_examples=size(400), deadline=None)
@given(**_QUESTION, own=_LABELS, label=_LABELS)
def test_a_higher_label_opens_nothing_and_a_remedy_turns_the_answer(
    supposed: Hypothetical, groups: frozenset[str], app: int, action: str, own: Label, label: Label
) -> None:
    facts = _facts(supposed, groups, app, action, own)
    answers = [_decide(facts.about(Document("d_1", one)), supposed, action, with_rules=True) for one in Label]
    permitted = [answer.is_permit for answer in answers]
    assert permitted == sorted(permitted, reverse=True)
    answer = answers[label]
    assert answer.is_permit or answer.reasons
    if any(remedy.kind == "use_passkey" for (remedy, *rest) in answer.remedies if not rest):
        stronger = replace(supposed, strength=3)
        better = _facts(stronger, groups, app, action, own).about(Document("d_1", label))
        assert _decide(better, stronger, action, with_rules=True).is_permit


@settings(max_examples=size(200), deadline=None)
@given(**_QUESTION, own=_LABELS)
def test_rules_about_documents_say_nothing_of_apps(
    supposed: Hypothetical, groups: frozenset[str], app: int, action: str, own: Label
) -> None:
    facts = _facts(supposed, groups, app, action, own)
    one, other = (_decide(facts, supposed, action, with_rules=each) for each in (True, False))
    assert (one.effect, one.reasons) == (other.effect, other.reasons)
