"""Refusals over the baseline and over Harbor, and everything that is said of them to one audience in one language.

Write the expected files anew, and read the difference:

    .venv/bin/python -m tests.policy.wording.scenes
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from limen.clock import DAY, HOUR, MINUTE, Instant, from_iso
from limen.company.load import load_company
from limen.facts import (
    EVERYONE,
    App,
    Auth,
    Device,
    Factor,
    Facts,
    Grant,
    Group,
    Label,
    Person,
    Place,
    Risk,
    Session,
    Upstream,
    auth_of_token,
)
from limen.facts.access_rules import AccessRule, AccessRules
from limen.messages import Language, Words
from limen.policy import Engine, Request
from limen.policy.decision import Decision, Effect
from limen.policy.wording import Audience, Names, say

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXPECTED = HERE / "expected"
TUESDAY = from_iso("2026-11-24T09:00:00Z")
NIGHT = from_iso("2026-11-24T22:30:00Z")

FACTORS = (frozenset(), {Factor.PASSWORD}, {Factor.PASSWORD, Factor.CODE}, {Factor.PASSKEY})
HEALTHY = Device("laptop-7", known=True, compliance="compliant", managed=True, binding=1, platform="macos")
OFFICE = Place("192.0.2.9", known=True, country="DE", network="office", anonymiser=False)
CALM = Risk(10, known=True)


@dataclass(frozen=True)
class Scene:
    """Who asks for what, in a sentence, and what is known of them. `ago`: how old their proof is."""

    title: str
    app: str
    action: str
    groups: tuple[str, ...]
    strength: int = 3
    ago: int = MINUTE
    at: Instant = TUESDAY
    device: Device = HEALTHY
    place: Place = OFFICE
    risk: Risk = CALM
    active: bool = True
    token: bool = False
    granted: bool = False


HARBOR = (
    Scene("A passkey used nine hours ago, for Payroll", "payroll", "view", ("staff", "finance"), ago=9 * HOUR),
    Scene("A passkey used a day ago, for Customers", "crm", "view", ("staff", "sales"), ago=30 * HOUR),
    Scene("Password and code, for Customers", "crm", "view", ("staff", "sales"), 2),
    Scene("Password and code, for Customers, and in no group that may", "crm", "view", ("staff",), 2),
    Scene("Only a password, for the Wiki", "wiki", "view", ("staff",), 1),
    Scene("Somebody of the staff, for Customers", "crm", "view", ("staff",)),
    Scene("A download of salaries to a device nobody knows", "payroll", "download", ("finance",), device=Device()),
    Scene("Customers changed from a device nobody knows", "crm", "edit", ("sales",), device=Device()),
    Scene("Payroll changed at night", "payroll", "edit", ("finance",), at=NIGHT),
    Scene("A contractor in the Wiki at night", "wiki", "view", ("contractors",), at=NIGHT),
    Scene("A contractor at night, after a long day", "wiki", "view", ("contractors",), 1, 12 * HOUR, NIGHT),
    Scene("A guest in the Wiki", "wiki", "view", ("guests",)),
    Scene("A guest who was put into the staff as well", "wiki", "view", ("guests", "staff")),
    Scene("A screen in the hall, on no network of the company", "warehouse", "view", ("warehouse",), 1, place=Place()),
    Scene(
        "An administrator in Limen, two hours after the passkey",
        "limen",
        "administer",
        ("administrators",),
        3,
        2 * HOUR,
    ),
    Scene("Somebody of the staff in Limen's console", "limen", "administer", ("staff",)),
    Scene("The settings of Payroll", "payroll", "administer", ("administrators", "staff")),
    Scene("A program with a token, for Customers", "crm", "view", ("staff", "sales"), token=True),
    Scene("An account that is not active", "wiki", "view", ("staff",), active=False),
)
BASELINE = (
    Scene("An administrator without a passkey", "internal", "view", ("administrators", "staff"), 2),
    Scene("An administrator without a grant", "internal", "administer", ("administrators",)),
    Scene("An administrator two hours after the proof", "internal", "administer", ("administrators",), 3, 2 * HOUR),
    Scene("An administrator on a device of their own", "internal", "administer", ("administrators",), device=Device()),
    Scene("An emergency account in an app", "internal", "view", ("break-glass", "staff")),
    Scene("An emergency account in Limen, an hour late", "limen", "administer", ("break-glass",), 3, HOUR),
    Scene("Limen administered from an unknown device", "limen", "administer", ("administrators",), device=Device()),
    Scene("Confidential, with password and code", "confidential", "view", ("staff",), 2),
    Scene("Confidential, ten hours after the proof", "confidential", "view", ("staff",), 3, 10 * HOUR),
    Scene("Confidential, from an unknown device", "confidential", "view", ("staff",), device=Device()),
    Scene(
        "Confidential, through an anonymiser",
        "confidential",
        "view",
        ("staff",),
        place=replace(OFFICE, anonymiser=True),
    ),
    Scene(
        "Confidential, downloaded to an unmanaged device",
        "confidential",
        "download",
        ("staff",),
        device=replace(HEALTHY, managed=False),
    ),
    Scene("Restricted, without a grant", "restricted", "view", ("staff",)),
    Scene("Restricted, with a passkey of five hours ago", "restricted", "view", ("staff",), 3, 5 * HOUR, granted=True),
    Scene(
        "Restricted, changed with a passkey of two hours ago",
        "restricted",
        "edit",
        ("staff",),
        3,
        2 * HOUR,
        granted=True,
    ),
    Scene("Restricted, at night", "restricted", "view", ("staff",), at=NIGHT, granted=True),
    Scene(
        "Restricted, on a device that is not bound",
        "restricted",
        "view",
        ("staff",),
        device=replace(HEALTHY, binding=0),
        granted=True,
    ),
    Scene(
        "Restricted, on an unhealthy device",
        "restricted",
        "download",
        ("staff",),
        device=replace(HEALTHY, compliance="non_compliant"),
        granted=True,
    ),
    Scene(
        "Restricted, from elsewhere on a device of one's own",
        "restricted",
        "view",
        ("staff",),
        device=replace(HEALTHY, managed=False),
        place=replace(OFFICE, network=""),
        granted=True,
    ),
    Scene("Restricted, shared", "restricted", "share", ("staff",), granted=True),
    Scene(
        "Internal, from a country we do not work in",
        "internal",
        "view",
        ("staff",),
        place=replace(OFFICE, country="BR"),
    ),
    Scene("Internal, from nobody knows where", "internal", "view", ("staff",), place=Place()),
    Scene(
        "An account that behaves very unusually", "internal", "view", ("staff",), risk=Risk(82, known=True), ago=HOUR
    ),
    Scene("The same, for anything confidential", "confidential", "view", ("staff",), risk=Risk(82, known=True)),
    Scene("The same, takes something away", "internal", "download", ("staff",), risk=Risk(82, known=True)),
    Scene("An account at the highest risk", "internal", "view", ("staff",), risk=Risk(95, known=True)),
    Scene(
        "An account that behaves a little unusually",
        "internal",
        "view",
        ("staff",),
        risk=Risk(45, known=True),
        ago=HOUR,
    ),
    Scene(
        "A program with a token, for anything restricted", "restricted", "edit", ("staff",), token=True, granted=True
    ),
    Scene("A program with a token, in the settings", "internal", "administer", ("administrators",), token=True),
    Scene("A contractor at night", "internal", "view", ("contractors",), at=NIGHT),
    Scene(
        "A contractor shares from a device of their own", "internal", "share", ("contractors", "staff"), device=Device()
    ),
    Scene("A guest beyond anything public", "internal", "view", ("guests",)),
    Scene("A guest who shows a one-factor proof for anything public", "public", "download", ("guests",), 1),
)


@dataclass(frozen=True)
class Company:
    engine: Engine
    apps: dict[str, App]
    groups: dict[str, Group]


@cache
def harbor() -> Company:
    company = load_company(ROOT / "examples" / "harbor")
    return Company(company.engine(), dict(company.all_apps), {group.id: group for group in company.groups})


@cache
def baseline() -> Company:
    """The library of policies, every one of them enforced, and one app of each label that staff may use."""
    company = load_company(ROOT / "src" / "limen" / "company" / "baseline")
    tree: dict[str, Any] = {**company.engine().tree}
    policies = {
        name: {**body, "annotations": {**body["annotations"], "state": "enforce"}}
        for name, body in tree["staticPolicies"].items()
    }
    policies["everything"] = _permit_for("staff")
    apps = {
        label.word: App(label.word, label.word.title(), f"{label.word}.example", Upstream(""), label) for label in Label
    }
    asked = AccessRules((AccessRule(name="settings", actions=("administer",), ask=(EVERYONE,)),))
    engine = Engine({**tree, "staticPolicies": policies}, "library", company.engine().zone, access=asked)
    return Company(engine, {**company.all_apps, **apps}, {group.id: group for group in company.groups})


def _permit_for(group: str) -> dict[str, Any]:
    from limen.cedar import PolicySet

    text = f'@id("everything") permit (principal in Group::"{group}", action, resource is App);'
    (body,) = PolicySet.parse(text).to_json()["staticPolicies"].values()
    return body


def decide(company: Company, scene: Scene) -> Decision:
    auth = Auth(scene.strength, frozenset(FACTORS[scene.strength]), scene.at - scene.ago)
    auth = auth_of_token(auth) if scene.token else auth
    facts = Facts(
        company.apps[scene.app],
        Person("p1", "Mia Vogel", "", frozenset(scene.groups), active=scene.active),
        auth,
        session=Session("s1", "p1", auth, auth.at, scene.at + DAY, HOUR),
        device=scene.device,
        place=scene.place,
        risk=scene.risk,
        grants=(Grant("g1", scene.app, frozenset({scene.action}), scene.at + DAY),) if scene.granted else (),
    )
    return company.engine.decide(Request(scene.action), facts, scene.at)


def every() -> list[tuple[Company, Scene]]:
    return [(harbor(), scene) for scene in HARBOR] + [(baseline(), scene) for scene in BASELINE]


def everything_said(language: Language, audience: Audience) -> str:
    """Every scene with all that is said of it."""
    lines = []
    for company, scene in every():
        decision = decide(company, scene)
        assert decision.effect is not Effect.PERMIT, scene.title
        names = Names("Mia Vogel", company.apps[scene.app].name, company.groups)
        said = say(company.engine, decision, audience, Words(language, company.engine.zone), names)
        lines += [f"{scene.title}: {scene.action}, {decision.effect}"]
        lines += [f"  {one.sentence}  [{one.policy}]".removesuffix("  []") for one in said.because]
        lines += [f"  -> {sentence}" for sentence in (*said.remedies, *filter(None, [said.who_can]))]
        lines += [""]
    return "\n".join(lines)


def file_of(language: Language, audience: Audience) -> Path:
    return EXPECTED / f"{language}-{audience}.txt"


if __name__ == "__main__":
    EXPECTED.mkdir(exist_ok=True)
    for language in Language:
        for audience in Audience:
            file_of(language, audience).write_text(everything_said(language, audience), "utf-8")
