"""A document in an app: rules about apps read its label, and rules about documents are asked about it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scene import BERLIN, NOW, VIEW, app, engine_of, facts

from limen.facts import Document, Facts, Label
from limen.facts.facts_json import facts_from_json, facts_to_json
from limen.messages import Language, Words
from limen.policy import Effect, Request
from limen.policy.documents import names_documents
from limen.policy.wording import Audience, Names, say

RULES = """
@id("staff") permit (principal in Group::"staff", action, resource is App)
when { resource.sensitivity <= 2 };
@id("wiki") permit (principal in Group::"staff", action, resource == App::"wiki") when { resource.sensitivity <= 2 };
@id("healthy") forbid (principal, action, resource) when { resource.sensitivity >= 2 }
unless { context.device.compliance == "compliant" };
@id("papers") permit (principal in Group::"staff", action == Action::"download", resource is Document)
when { resource.sensitivity <= 3 && resource in App::"wiki" };
@id("sealed") forbid (principal, action, resource == Document::"d_sealed");
@id("by-condition") forbid (principal, action, resource)
when { resource is Document && resource.sensitivity >= 3 && context.auth.strength < 3 };
"""
DOWNLOAD = Request("download", "GET", "/**", "wiki.harbor.example")


def _about(label: Label, document: str = "d_1", **more: object) -> Facts:
    return replace(facts(), **more).about(Document(document, label))


def _reasons(of: Facts, request: Request = VIEW) -> tuple[Effect, list[str]]:
    decision = engine_of(RULES).decide(request, of, NOW)
    return decision.effect, [reason.policy for reason in decision.reasons]


HEALTHY = facts().device
_NAMES = Names("Ana", "Wiki")


def test_a_document_like_its_app_is_decided_like_it() -> None:
    assert _reasons(_about(Label.PUBLIC)) == _reasons(facts()) == (Effect.PERMIT, ["staff", "wiki"])


def test_a_rule_about_apps_reads_the_documents_label() -> None:
    assert _reasons(_about(Label.CONFIDENTIAL, device=replace(HEALTHY, compliance="unknown")))[1] == ["healthy"]
    assert _reasons(_about(Label.CONFIDENTIAL, device=HEALTHY)) == (Effect.PERMIT, ["staff", "wiki"])


def test_a_rule_about_documents_permits_what_apps_have_none_for() -> None:
    assert _reasons(_about(Label.RESTRICTED, device=HEALTHY))[1] == ["nothing-permits"]
    assert _reasons(_about(Label.RESTRICTED, device=HEALTHY), DOWNLOAD) == (Effect.PERMIT, ["papers"])


def test_a_rule_about_documents_forbids_by_name_or_by_condition() -> None:
    assert _reasons(_about(Label.PUBLIC, "d_sealed"))[1] == ["sealed"]
    weak = replace(facts().auth, strength=2)
    assert "by-condition" in _reasons(_about(Label.RESTRICTED, device=HEALTHY, auth=weak), DOWNLOAD)[1]
    assert _reasons(facts())[0] is Effect.PERMIT


def test_what_names_documents() -> None:
    engine = engine_of(RULES)
    assert {one.id for one in engine.policies if names_documents(one)} == {"papers", "sealed", "by-condition"}
    assert engine.names_documents
    of_apps = RULES.partition('@id("papers")')[0]
    assert not engine_of(of_apps).names_documents


def test_a_remedy_for_a_document_is_one_that_turns_the_answer() -> None:
    engine = engine_of(RULES)
    of = _about(Label.RESTRICTED, device=replace(HEALTHY, compliance="non_compliant"))
    refused = engine.decide(DOWNLOAD, of, NOW)
    assert refused.effect is Effect.DENY
    assert "mend_device" in {remedy.kind for way in refused.remedies for remedy in way}
    assert engine.decide(DOWNLOAD, replace(of, device=HEALTHY), NOW).is_permit


def test_what_is_explained_is_what_was_asked() -> None:
    of = _about(Label.RESTRICTED, device=replace(HEALTHY, compliance="unknown"))
    shown = {one.id: one for one in engine_of(RULES).explain(DOWNLOAD, of, NOW).policies}
    assert set(shown) == {"staff", "wiki", "healthy", "papers", "by-condition"}
    assert shown["healthy"].determined
    assert (shown["papers"].outcome, shown["wiki"].outcome) == ("held", "failed")


def test_onboarding_covers_no_document_above_what_it_may_open() -> None:
    new = replace(facts().app, label=Label.INTERNAL, onboarding_until=NOW + 1)
    of = replace(facts(), app=new, person=replace(facts().person, groups=frozenset()))
    assert engine_of(RULES).decide(VIEW, of, NOW).is_permit
    assert not engine_of(RULES).decide(VIEW, of.about(Document("d_1", Label.RESTRICTED)), NOW).is_permit


@pytest.mark.parametrize("label", Label)
def test_past_facts_decide_again_alike(label: Label) -> None:
    of = _about(label)
    assert _reasons(facts_from_json(facts_to_json(of)), DOWNLOAD) == _reasons(of, DOWNLOAD)


def test_report_only_rules_about_documents_are_counted() -> None:
    rules = RULES.replace('@id("sealed")', '@id("sealed") @state("report-only")')
    decision = engine_of(rules).decide(VIEW, _about(Label.PUBLIC, "d_sealed"), NOW)
    assert (decision.effect, [one.policy for one in decision.watched]) == (Effect.PERMIT, ["sealed"])
    enforced = engine_of(rules).enforcing(["sealed"]).decide(VIEW, _about(Label.PUBLIC, "d_sealed"), NOW)
    assert [one.policy for one in enforced.reasons] == ["sealed"]


def test_an_app_of_another_name_holds_no_document_of_this_one() -> None:
    of = replace(facts(), app=app(Label.INTERNAL, "crm"), device=HEALTHY).about(Document("d_1", Label.RESTRICTED))
    assert not engine_of(RULES).decide(DOWNLOAD, of, NOW).is_permit


def test_what_is_said_of_a_refusal_is_said_of_the_document() -> None:
    of = _about(Label.RESTRICTED, device=HEALTHY)
    engine = engine_of(RULES)
    said = say(engine, engine.decide(VIEW, of, NOW), Audience.ADMINISTRATOR, Words(Language.ENGLISH, BERLIN), _NAMES)
    assert {policy for because in said.because for policy in because.policies} <= {"staff", "wiki"}
    assert any(because.sentence.startswith("Wiki (") for because in said.because)
