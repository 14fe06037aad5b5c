"""What each audience is told, compared word for word over the baseline and Harbor; and what the first never learns."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from difflib import unified_diff

import pytest
from tests.policy.scene import BERLIN, NOW, VIEW, engine_of, facts
from tests.policy.wording.scenes import (
    FACTORS,
    HEALTHY,
    OFFICE,
    TUESDAY,
    Company,
    Scene,
    baseline,
    decide,
    every,
    everything_said,
    file_of,
    harbor,
)

from limen.clock import HOUR, MINUTE
from limen.facts import ANYBODY, UNPROVED, Device, Place, Risk
from limen.messages import Language, Words
from limen.policy.decision import Decision, Effect, Named, Reason
from limen.policy.wording import Audience, Names, because, factors_said, say

ENGLISH = Words(Language.ENGLISH, BERLIN)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("audience", list(Audience))
def test_what_is_said_is_word_for_word_what_is_expected(language: Language, audience: Audience) -> None:
    said = everything_said(language, audience)
    expected = file_of(language, audience).read_text("utf-8")
    difference = "\n".join(unified_diff(expected.splitlines(), said.splitlines(), "expected", "said", lineterm=""))
    assert said == expected, f"{difference}\n\nwrite it anew: .venv/bin/python -m tests.policy.wording.scenes"


def test_every_policy_of_the_baseline_and_of_harbor_that_can_stand_in_the_way_does_in_some_scene() -> None:
    text = file_of(Language.ENGLISH, Audience.ADMINISTRATOR).read_text("utf-8")
    told = {one for some in re.findall(r"\[([a-z0-9, -]+)\]", text) for one in some.split(", ")}
    engines = {**harbor().engine.states, **baseline().engine.states}
    never = {
        "auditors-read",
        "helpdesk-supports",
        "sign-in",  # an account that is not active is refused before it
        "portal",
        "workloads-from-their-zone",  # it is about services, not about people
        "everything",
        "engineering-git",
        "hr-reads-payroll",
        "management-reads-customers",
        "finance-payroll",
        "finance-accounting",
        "customers-download-on-healthy-devices",  # it only watches, at Harbor
    }
    assert set(engines) - told == never


def _random_scenes(count: int) -> list[tuple[Company, Scene]]:
    draw = random.Random("what a thief may learn")
    devices = (Device(), HEALTHY, Device("d", known=True, compliance="non_compliant"))
    places = (Place(), OFFICE, Place("203.0.113.7", known=True, country="BR"))
    found = []
    while len(found) < count:
        company = draw.choice((harbor(), baseline()))
        groups = draw.sample([*company.groups, "staff"], draw.randint(0, 2))
        scene = Scene(
            "",
            draw.choice(list(company.apps)),
            draw.choice(["view", "download", "edit", "share", "administer"]),
            tuple(groups),
            draw.randint(1, 3),
            draw.choice((MINUTE, 2 * HOUR, 6 * HOUR, 50 * HOUR)),
            TUESDAY + draw.randrange(7 * 24) * HOUR,
            draw.choice(devices),
            draw.choice(places),
            draw.choice((Risk(), Risk(45, known=True), Risk(82, known=True))),
        )
        if decide(company, scene).effect is not Effect.PERMIT:
            found.append((company, scene))
    return found


@pytest.mark.parametrize("language", list(Language))
def test_the_person_never_learns_a_threshold(language: Language) -> None:
    """No number, no hour but when to come back, no network, no country, no group that may, no policy, no Cedar."""
    countries = {"AT", "CH", "DE", "BR"}
    for company, scene in (*every(), *_random_scenes(500)):
        words = Words(language, company.engine.zone)
        app = company.apps[scene.app]
        said = say(company.engine, decide(company, scene), Audience.SELF, words, Names("", app.name, company.groups))
        assert said.because
        assert all((one.policy, one.text) == ("", "") for one in said.because)
        text = " ".join([one.sentence for one in said.because] + [said.who_can, *said.remedies])
        text = re.sub(
            r"(on \w+day|today|tomorrow) at \d\d:\d\d|(am \w+|heute|morgen) um \d\d:\d\d Uhr", "", text
        ).replace(app.name, "")
        assert not re.search(r"\d", text), text
        assert not countries & set(re.findall(r"\w+", text)), text
        for secret in ("office", "warehouse-hall", "servers", "context.", "resource.", "sensitivity", "Cedar"):
            assert secret not in text, text
        for policy in company.engine.policies:
            assert policy.annotations.get("title", policy.id) not in text, text


def test_the_helpdesk_learns_no_risk_and_no_range() -> None:
    for company, scene in _random_scenes(300):
        app = company.apps[scene.app]
        names = Names("Mia", app.name, company.groups)
        said = say(company.engine, decide(company, scene), Audience.HELPDESK, ENGLISH, names)
        for one in said.because:
            assert one.text == ""
            if one.kind == "risk":
                assert not re.search(r"\d", one.sentence)
        assert "192.0.2" not in repr(said)


def test_a_stranger_is_told_to_sign_in_and_nothing_else() -> None:
    engine = engine_of('@id("p") permit (principal in Group::"staff", action, resource);')
    decision = engine.decide(VIEW, replace(facts(), person=ANYBODY, auth=UNPROVED), NOW)
    for audience in Audience:
        said = say(engine, decision, audience, ENGLISH, Names("", "Wiki"))
        assert (said.because, said.remedies, said.who_can) == ((), ("Sign in.",), "")


def test_of_a_permit_there_is_nothing_to_say() -> None:
    engine = engine_of('@id("p") permit (principal, action, resource);')
    said = say(engine, engine.decide(VIEW, facts(), NOW), Audience.ADMINISTRATOR, ENGLISH, Names("Mia", "Wiki"))
    assert (said.because, said.remedies, said.who_can) == ((), (), "")


def test_a_policy_that_failed_is_named_to_administrators_alone() -> None:
    engine = engine_of('@id("b") forbid (principal, action, resource) when { context.place.address.isLoopback() };')
    decision = engine.decide(VIEW, facts(), NOW)
    for audience, text in (
        (Audience.SELF, "A policy couldn't be evaluated, so access was denied."),
        (Audience.ADMINISTRATOR, "b: record does not have the attribute `address`"),
    ):
        said = say(engine, decision, audience, ENGLISH, Names("Mia", "Wiki"))
        assert [one.sentence for one in said.because] == [text]


def test_what_several_policies_say_is_said_once_with_all_of_them() -> None:
    engine = engine_of(
        "".join(
            f'@id("{one}") forbid (principal, action, resource) unless {{ context.auth.strength >= 3 }};'
            for one in "ab"
        )
    )
    decision = engine.decide(VIEW, facts(strength=2), NOW)
    (one,) = [
        one for one in because(engine, decision, Audience.ADMINISTRATOR, ENGLISH, Names("Mia", "Wiki")) if one.policies
    ]
    assert one.policies == ("a", "b")
    assert one.policy == "a, b"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "permit (principal, action, resource) when { resource.sensitivity <= 0 }",
            "Wiki is internal; this permission only covers what is public.",
        ),
        (
            "permit (principal, action, resource) when { resource.sensitivity > 3 }",
            "Wiki is internal; this permission covers no label at all.",
        ),
        (
            "permit (principal, action, resource) when { [0, 3].contains(resource.sensitivity) }",
            "Wiki is internal; this permission only covers what is public or restricted.",
        ),
        (
            "forbid (principal, action, resource) when { resource.sensitivity >= 1 }",
            "Wiki is internal; this rule blocks everything that isn't public.",
        ),
    ],
)
def test_labels_are_said_in_words(text: str, said: str) -> None:
    engine = engine_of(f'@id("p") {text};')
    decision = engine.decide(VIEW, facts(), NOW)
    found = because(engine, decision, Audience.ADMINISTRATOR, ENGLISH, Names("Mia", "Wiki"))
    assert said in [one.sentence for one in found]
    (helpdesk, *_) = because(engine, decision, Audience.HELPDESK, ENGLISH, Names("Mia", "Wiki"))
    assert "public" not in helpdesk.sentence


def test_factors_are_named_in_a_fixed_order() -> None:
    assert factors_said(facts(strength=2), ENGLISH) == "password and code"
    assert factors_said(replace(facts(), auth=UNPROVED), ENGLISH) == "nothing"
    assert FACTORS[3] == {"passkey"}


@pytest.mark.parametrize(("language", "word"), [(Language.ENGLISH, "break-glass"), (Language.GERMAN, "Notzugang")])
def test_a_refusal_by_break_glass_is_about_no_group(language: Language, word: str) -> None:
    engine = engine_of('@id("p") permit (principal in Group::"staff", action, resource);')
    refused = Decision(Effect.DENY, (Reason(Named.BREAK_GLASS, "forbid"),), (), (), VIEW, facts(), NOW, "r1")
    for audience in Audience:
        (one,) = because(engine, refused, audience, Words(language, BERLIN), Names("Ada", "Limen"))
        assert (one.kind, word in one.sentence) == ("break-glass", True)


def test_of_proofs_that_are_not_firm_enough_the_firmest_is_asked_for_once() -> None:
    text = """
@id("staff") permit (principal, action, resource) when { context.auth.strength >= 2 };
@id("strict") forbid (principal, action, resource) unless { context.auth.strength >= 3 };
"""
    engine = engine_of(text)
    decision = engine.decide(VIEW, facts(strength=1), NOW)
    for audience in Audience:
        (one,) = because(engine, decision, audience, ENGLISH, Names("Mia", "Wiki"))
        assert audience is Audience.SELF or one.policies == ("strict",)
