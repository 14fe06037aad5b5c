from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.policy.declaring import LEVEL, PATCHED, SAMPLE, SHAPE, declared
from tests.policy.scene import tree_of

from limen.cedar import Policy, PolicySet
from limen.clock import DAY, from_iso
from limen.company.load import load_company
from limen.demo import harbor
from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.forms import Exemption, Form, FormError, Hours, Names, Needs, needs_words, read, write
from limen.policy.forms.write import policy_of

HARBOR = load_company(harbor.folder())
POLICIES = {policy.id: policy for policy in PolicySet.from_json(HARBOR.policies.tree)}
BASELINE = {one for one, source in HARBOR.policies.sources.items() if not source.file.endswith("40-harbor.cedar")}


def policy(text: str) -> Policy:
    (one,) = PolicySet.from_json(tree_of(f'@id("a") {text}'))
    return one


@pytest.mark.parametrize("policy_id", POLICIES)
def test_every_policy_of_the_baseline_and_of_harbor_goes_to_a_form_and_back_to_the_same_text(policy_id: str) -> None:
    form = read(POLICIES[policy_id])
    assert form is not None
    assert write(form) == HARBOR.policies.sources[policy_id].text
    (again,) = PolicySet.from_json(tree_of(write(form)))
    assert read(again) == form


def test_that_is_all_of_the_baseline() -> None:
    assert len(BASELINE) >= 25
    assert (Path(__file__).parents[3] / "src/limen/company/baseline/policies").is_dir()


@pytest.mark.parametrize(
    "text",
    [
        "permit (principal, action, resource) when { context.auth.strength == 3 };",
        "permit (principal, action, resource) when { context.auth.strength >= 0 };",
        "permit (principal, action, resource) when { context.device.known == true };",
        "permit (principal, action, resource) when { context.device.known || context.grant.active };",
        "permit (principal, action, resource) when { context.device.known } unless { context.place.anonymiser };",
        "permit (principal, action, resource) when { resource.sensitivity >= 2 };",
        "permit (principal, action, resource) when { resource.sensitivity <= true };",
        'permit (principal, action, resource) when { resource.sensitivity <= 2 && resource.owner == "it" };',
        "permit (principal, action, resource) when { context.auth.strength >= 2 && context.auth.strength >= 3 };",
        "permit (principal, action, resource) when { context.time.minute >= 1200 && context.time.minute < 300 };",
        "permit (principal, action, resource) when { context.time.minute >= 300 || context.time.minute < 1200 };",
        "permit (principal, action, resource) when { context.time.weekday <= 7 };",
        "permit (principal, action, resource) when { [1, true].contains(context.time.weekday) };",
        'permit (principal, action, resource) when { !["KP"].contains(context.place.country) };',
        'permit (principal, action, resource) when { ["", "DE"].contains(context.place.country) };',
        "permit (principal, action, resource) when { [].contains(context.place.country) };",
        "permit (principal, action in [], resource);",
        'permit (principal == Person::"p_1", action, resource);',
        "permit (principal is Person, action, resource);",
        'permit (principal, action, resource in App::"wiki");',
        "permit (principal, action, resource is Document);",
        "permit (principal, action, resource) when { principal in [] };",
        'permit (principal, action, resource) when { principal in [Group::"a", Person::"b"] };',
        'permit (principal in Group::"a", action, resource) when { principal in Group::"b" };',
        'permit (principal, action, resource) when { context.now < datetime("2026-13-01") };',
        '@remedy("x") permit (principal, action, resource);',
        '@phase("cloud") permit (principal, action, resource);',
        '@state("on") permit (principal, action, resource);',
        '@exceptions("p_1: x") permit (principal, action, resource);',
        '@exceptions("p_1: x") forbid (principal, action, resource);',
        "forbid (principal, action, resource) when { context.risk.score >= 70 };",
        "forbid (principal, action, resource) unless { true };",
        'forbid (principal, action, resource == App::"wiki") unless { resource == App::"limen" };',
        'forbid (principal, action, resource) unless { principal == Person::"p_1" };',
        'forbid (principal, action, resource) unless{principal==Person::"?" && context.now < datetime("2030-01-01")};',
    ],
)
def test_what_a_form_can_not_say_stays_hand_written(text: str) -> None:
    assert read(policy(text)) is None


def test_the_order_of_conditions_and_how_they_are_cut_do_not_matter() -> None:
    one = read(
        policy('forbid (principal, action, resource) unless { context.device.known || resource == App::"limen" };')
    )
    other = read(
        policy(
            'forbid (principal, action, resource) unless { resource == App::"limen" } unless { context.device.known };'
        )
    )
    assert one is not None
    assert one == other
    assert (one.spares_limen, one.needs) == (True, (Needs({"device.known": True}),))


def test_a_risk_and_a_night_stay_whole() -> None:
    form = read(
        policy("forbid (principal, action, resource) unless { !context.risk.known || context.risk.score < 70 };")
    )
    assert form is None  # what is unknown would be accepted, and nobody said why
    text = "forbid (principal, action, resource) unless { !context.risk.known || context.risk.score < 70 }"
    form = read(policy(f'@allow_unknown("why") {text};'))
    assert form is not None
    assert form.needs == (Needs({"risk.score": 70}, risk_may_be_unknown=True),)
    form = read(
        policy(
            "forbid (principal, action, resource) unless { context.time.minute >= 1320 || context.time.minute < 360 };"
        )
    )
    assert form is not None
    assert form.needs == (Needs(hours=Hours(start=1320, end=360)),)


def test_exceptions_are_read_with_their_reasons_and_ends() -> None:
    form = read(
        policy(
            '@exceptions("p_2: Her laptop is being mended") forbid (principal, action, resource)'
            ' unless { principal == Person::"p_1" && context.now < datetime("2026-12-01T12:00:00Z") }'
            ' unless { principal == Person::"p_2" && context.now < datetime("2026-12-01T13:00:00+0100") }'
            " unless { context.device.known };"
        )
    )
    assert form is not None
    noon = from_iso("2026-12-01T12:00:00Z")
    assert form.exemptions == (Exemption("p_1", noon), Exemption("p_2", noon, "Her laptop is being mended"))
    assert form.needs == (Needs({"device.known": True}),)


def test_a_country_that_must_be_known_and_none_of_some() -> None:
    form = read(policy('forbid (principal, action, resource) unless { !["", "KP"].contains(context.place.country) };'))
    assert form is not None
    assert form.needs == (Needs(country_known=True, not_countries=frozenset({"KP"})),)


OFFERED = {
    "sample.known": replace(SAMPLE, form="the sample is known"),
    "sample.level": replace(LEVEL, form="Level"),
    "sample.shape": replace(SHAPE, form="a round sample"),
    "device.patched": replace(PATCHED, form="Patched"),
    "sample.maker": Attribute("sample.maker", Kind.TEXT, Better.KNOWN, "", form="made by"),
}


@pytest.mark.parametrize(
    ("path", "value", "text", "words"),
    [
        ("sample.known", True, "context.sample.known", "the sample is known"),
        ("sample.level", 3, "context.sample.level >= 3", "Level at least 3"),
        ("sample.shape", True, 'context.sample.shape == "round"', "a round sample"),
        (
            "device.patched",
            30 * DAY,
            'context.now.durationSince(context.device.patched) <= duration("30d")',
            "Patched within 30 days",
        ),
        (
            "sample.maker",
            frozenset({"Acme", "Bolt"}),
            '["Acme", "Bolt"].contains(context.sample.maker)',
            "made by Acme or Bolt",
        ),
    ],
)
def test_what_a_part_declares_is_asked_for_by_its_row_alone(path: str, value: object, text: str, words: str) -> None:
    with declared(*OFFERED.values()):
        needs = Needs({path: value})
        form = Form("a", "forbid", needs=(needs,))
        assert write(form).endswith(f"unless {{ {text} }};")
        assert read(policy_of(form)) == form
        assert needs_words(needs, Names()) == words
    with pytest.raises(FormError):
        Needs({path: value})


@pytest.mark.parametrize(
    "text",
    [
        "context.sample.level < 3",
        "context.sample.level >= 6",
        "!context.sample.known",
        'context.sample.shape == "plain"',
        'context.sample.maker == ""',
        "context.sample.level >= 1 && context.sample.level >= 2",
    ],
)
def test_what_its_row_does_not_offer_stays_hand_written(text: str) -> None:
    with declared(*OFFERED.values()):
        assert read(policy(f"forbid (principal, action, resource) unless {{ {text} }};")) is None


PASSES = "context.device.passing.contains"


def test_checks_of_a_device_are_read_in_any_order_and_written_in_their_own() -> None:
    text = f'forbid (principal, action, resource == App::"a") unless {{ {PASSES}("firewall") && {PASSES}("updates") }};'
    form = read(policy(text))
    assert form is not None
    assert form.needs == (Needs({"device.passing": frozenset({"updates", "firewall"})}),)
    assert f'{PASSES}("updates") && {PASSES}("firewall")' in write(form)
    assert read(policy(text.replace('"firewall"', '"updates"'))) is None
    assert read(policy(text.replace('"firewall"', '"nonsense"'))) is None


@pytest.mark.parametrize("members", [frozenset(), frozenset({"nonsense"}), "updates", True])
def test_a_form_asks_for_no_check_that_there_is_not(members: object) -> None:
    with pytest.raises(FormError):
        Needs({"device.passing": members})
