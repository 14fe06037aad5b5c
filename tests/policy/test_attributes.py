"""The table says what the schema says, and one row is all that a new attribute takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import cedarpy
import pytest
from tests.policy.declaring import ENCRYPTED, LEVEL, PASSING, PATCHED, SAMPLE, SHAPE, declared
from tests.policy.scene import BERLIN, NOW, VIEW, app, engine_of, facts, tree_of

from limen.cedar import Datetime, PolicySet
from limen.cedar.schema import Primitive, RecordType, Schema, SetType
from limen.clock import HOUR
from limen.company.child import schema_text
from limen.company.tests_file import read_tests
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts import LIMEN, UNKNOWN_DEVICE, Device, Factor, Person
from limen.facts.facts_json import facts_digest, facts_from_json, facts_to_json
from limen.messages import Language, Words, catalogue
from limen.policy import Effect
from limen.policy.access_diff.describe import Names as ReachNames, sentences
from limen.policy.access_diff.diff import newly_reachable
from limen.policy.attributes import ATTRIBUTES
from limen.policy.cedar_view import view_of
from limen.policy.forms import Form, Names as FormNames, Needs, read, sentence, write
from limen.policy.proof.lockout import Candidate, LockedOut, Proof as WayIn, prove as prove_way_in
from limen.policy.proof.monotone import prove
from limen.policy.proof.order import are_no_better
from limen.policy.wording import Audience, Names, say

MANAGED = Device("d1", known=True, managed=True)
ASKED = '@id("p") permit (principal, action, resource) when { context.device.encrypted };'


@pytest.fixture
def one_more() -> Iterator[None]:
    with declared(ENCRYPTED):
        yield


def types_in_schema() -> dict[str, str]:
    """Every attribute of the schema by its path in full, with its type."""
    schema = Schema.parse(schema_text())
    found: dict[str, str] = {}
    for noun, kind in next(iter(schema.actions.values())).context.fields.items():
        if isinstance(kind, RecordType):
            found |= {f"context.{noun}.{name}": named(one) for name, one in kind.fields.items()}
    for variable, entity in (("principal", "Person"), ("resource", "App")):
        for name, kind in schema.entity_types[entity].attrs.fields.items():
            found[f"{variable}.{name}"] = named(kind)
    return found


def named(kind: object) -> str:
    assert isinstance(kind, Primitive | SetType), kind
    return kind.name if isinstance(kind, Primitive) else f"Set<{named(kind.element)}>"


def test_the_table_and_the_schema_say_the_same() -> None:
    assert {row.cedar: row.kind.cedar for row in ATTRIBUTES.values()} == types_in_schema()


def test_what_a_part_declares_is_added_to_the_schema() -> None:
    before = schema_text()
    with declared(ENCRYPTED, PASSING, SAMPLE, LEVEL):
        assert {row.cedar: row.kind.cedar for row in ATTRIBUTES.values()} == types_in_schema()
        said = "permit (principal, action, resource) when { context.sample.level > 2 && context.device.encrypted };"
        assert cedarpy.validate_policies(said, schema_text()).validation_passed
        assert not cedarpy.validate_policies(said.replace("level", "leval"), schema_text()).validation_passed
    assert schema_text() == before


def test_policies_read_it_and_unknown_reads_as_the_worst(one_more: None) -> None:
    engine = engine_of(ASKED)
    known = facts(device=MANAGED)
    assert engine.decide(VIEW, known, NOW).effect is Effect.DENY
    for is_encrypted, effect in ((False, Effect.DENY), (True, Effect.PERMIT)):
        told = replace(known, more=(("device.encrypted", is_encrypted),))
        assert engine.decide(VIEW, told, NOW).effect is effect


@pytest.mark.parametrize(
    "more",
    [
        (("device.encrypted", "yes"),),
        (("device.encrypted", 1),),
        (("device.enrypted", True),),
        (("nothing.encrypted", True),),
        (("device", True),),
        (("device.known", True),),
    ],
)
def test_what_nobody_declared_or_is_of_another_type_is_not_known(one_more: None, more: tuple) -> None:
    record = view_of(facts(device=MANAGED, more=more)).record["device"]
    assert isinstance(record, dict)
    assert record["encrypted"] is False
    assert "enrypted" not in record


def test_of_a_device_nobody_knows_nothing_is_known(one_more: None) -> None:
    record = view_of(facts(device=UNKNOWN_DEVICE, more=(("device.encrypted", True),))).record["device"]
    assert isinstance(record, dict)
    assert record["encrypted"] is False


def test_an_attribute_that_is_declared_no_more_is_not_read() -> None:
    assert "encrypted" not in view_of(facts(more=(("device.encrypted", True),))).record["device"]  # type: ignore[operator]


def test_the_order_of_facts_knows_it(one_more: None) -> None:
    known = facts(device=MANAGED)
    better = replace(known, more=(("device.encrypted", True),))
    assert are_no_better(known, better)
    assert not are_no_better(better, known)


HERE = "context.device.encrypted"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (ASKED, []),
        ('@id("f") forbid (principal, action, resource) unless { context.device.encrypted };', []),
        ('@id("f") forbid (principal, action, resource) when { context.device.encrypted };', [HERE]),
        ('@id("p") permit (principal, action, resource) when { !context.device.encrypted };', [HERE]),
        (
            f'@id("p") permit (principal, action, resource) when {{ {HERE} == context.device.managed }};',
            [HERE, "context.device.managed"],
        ),
    ],
)
def test_the_check_of_worse_facts_looks_at_it(one_more: None, text: str, refused: list[str]) -> None:
    found = [one.path for one in prove(PolicySet.from_json(tree_of(text))).findings]
    assert set(found) <= set(refused)
    assert bool(found) is bool(refused)


@pytest.mark.parametrize(
    ("condition", "is_refused"),
    [
        ('context.device.installed.contains("firewall")', False),
        ('!context.device.installed.contains("firewall")', True),
        ('context.now.durationSince(context.device.patched) < duration("30d")', False),
        ('context.now.durationSince(context.device.patched) > duration("30d")', True),
        ("context.sample.level >= 3 || context.sample.level == 5", False),
        ("context.sample.level != 3", True),
        ('context.sample.shape == "round"', False),
        ('context.sample.shape == "plain"', True),
        ('["plain", "round"].contains(context.sample.shape)', False),
        ("!context.sample.known", True),
        ("context.sample.known && context.sample.level * 2 > 5", False),
    ],
)
def test_every_kind_of_attribute_is_looked_at(condition: str, is_refused: bool) -> None:
    text = f'@id("p") permit (principal, action, resource) when {{ {condition} }};'
    with declared(PASSING, PATCHED, SAMPLE, LEVEL, SHAPE):
        assert bool(prove(PolicySet.from_json(tree_of(text))).findings) is is_refused


def test_newly_reachable_tells_it_apart_in_its_own_words(one_more: None) -> None:
    ana = Person("p1", "Ana", active=True)
    before, after = engine_of(ASKED.replace("context.device.encrypted", "true")), engine_of(ASKED)
    reach = newly_reachable(before, after, [ana], [app()], since=NOW)
    assert reach.is_exhaustive
    (said,) = {one.split(" ", 1)[1] for one in sentences(reach, ReachNames(BERLIN)) if one.startswith("p1")}
    assert said.endswith("from a device whose disk is not encrypted")
    (one,) = [one for one in reach.differences if "p1" in one.people]
    assert engine_of(ASKED).decide(one.witness.request, one.witness.facts, one.witness.now).effect is Effect.DENY


@pytest.mark.parametrize("shape", ['context.device.installed.contains("firewall")', "context.sample.level >= 3"])
def test_newly_reachable_finds_facts_of_every_kind(shape: str) -> None:
    with declared(PASSING, SAMPLE, LEVEL):
        before = engine_of('@id("q") permit (principal, action, resource) when { context.grant.active };')
        after = engine_of(ASKED.replace("context.device.encrypted", shape))
        reach = newly_reachable(before, after, [Person("p1", "Ana", active=True)], [app()], since=NOW)
        assert reach.is_exhaustive
        gains = [one for one in reach.differences if one.gains and "p1" in one.people]
        assert gains
        for one in gains:
            assert after.decide(one.witness.request, one.witness.facts, one.witness.now).is_permit


def test_a_policy_test_sets_it(one_more: None) -> None:
    text = "- test: t\n  who: staff\n  app: wiki\n  action: view\n  expect: permit\n  given: {device_encrypted: true}\n"
    (one,), problems = read_tests(Tree(read_yaml(text)), {"staff"}, {"wiki"}, {"p"})
    assert not problems
    known = one.supposed.facts(Person("p1", active=True), app(), "view", NOW)
    assert engine_of(ASKED).decide(VIEW, known, NOW).is_permit


@pytest.mark.parametrize("given", ["device_encrypted: perhaps", "encrypted: true"])
def test_a_policy_test_that_says_it_wrongly_is_refused(one_more: None, given: str) -> None:
    text = f"- test: t\n  who: staff\n  app: wiki\n  action: view\n  expect: permit\n  given: {{{given}}}\n"
    assert read_tests(Tree(read_yaml(text)), {"staff"}, {"wiki"}, {"p"})[1]


def test_a_policy_test_says_how_long_ago_an_instant_was() -> None:
    text = "- test: t\n  who: staff\n  app: wiki\n  action: view\n  expect: permit\n  given: {device_patched: 2h}\n"
    with declared(PATCHED):
        (one,), _ = read_tests(Tree(read_yaml(text)), {"staff"}, {"wiki"}, {"p"})
        known = one.supposed.facts(Person("p1", active=True), app(), "view", NOW)
        record = view_of(known).record["device"]
        assert isinstance(record, dict)
        assert record["patched"] == Datetime(NOW - 2 * HOUR)


@pytest.mark.parametrize("language", Language)
def test_a_refusal_is_explained_with_its_words_and_remedy(one_more: None, language: Language) -> None:
    engine = engine_of(ASKED)
    decision = engine.decide(VIEW, facts(device=MANAGED), NOW)
    assert [(one.kind, one.what) for some in decision.remedies for one in some] == [("mend_device", "encrypted")]
    words = Words(language, ZoneInfo("Europe/Berlin"))
    said = say(engine, decision, Audience.SELF, words, Names("Ana", "Wiki"))
    own = catalogue(language)
    assert [one.sentence for one in said.because] == [own.say("self.device.encrypted")]
    todo = own.say("do.self.mend_device.encrypted")
    assert said.remedies == (f"{todo[0].upper()}{todo[1:]}.",)
    assert say(engine, decision, Audience.HELPDESK, words, Names("Ana", "Wiki")).because[0].kind == "device"


def test_what_has_no_words_is_explained_in_general() -> None:
    with declared(replace(ENCRYPTED, path="device.locked", remedy="")):
        engine = engine_of(ASKED.replace("encrypted", "locked"))
        decision = engine.decide(VIEW, facts(device=MANAGED), NOW)
        words = Words(Language.ENGLISH, ZoneInfo("Europe/Berlin"))
        (one,) = say(engine, decision, Audience.SELF, words, Names("Ana", "Wiki")).because
        assert (one.kind, one.sentence) == ("device", words.say("self.device.other", app="Wiki"))


def test_a_record_of_a_parts_own_is_a_matter_of_what_the_part_says() -> None:
    with declared(SAMPLE, LEVEL):
        engine = engine_of(ASKED.replace("device.encrypted", "sample.level > 2"))
        decision = engine.decide(VIEW, facts(), NOW)
        words = Words(Language.ENGLISH, ZoneInfo("Europe/Berlin"))
        (one,) = say(engine, decision, Audience.SELF, words, Names("Ana", "Wiki")).because
        assert (one.kind, one.sentence) == ("device", words.say("self.other"))


def test_a_form_ticks_it(one_more: None) -> None:
    needs = Needs({"auth.strength": 3, "device.encrypted": True})
    form = Form("r", "permit", apps=frozenset({"wiki"}), needs=(needs,))
    text = write(form)
    assert "context.device.encrypted" in text
    (policy,) = PolicySet.from_json(tree_of(text + "\n"))
    assert read(policy) == form
    assert sentence(form, FormNames()).endswith(ENCRYPTED.phrase[0])


def test_facts_with_it_are_written_and_read(one_more: None) -> None:
    known = facts(device=MANAGED, more=(("device.encrypted", True),))
    again = facts_from_json(facts_to_json(known))
    assert again.more == known.more
    assert facts_digest(again) != facts_digest(facts(device=MANAGED))


def test_who_can_reach_the_console_only_by_it_is_locked_out(one_more: None) -> None:
    people = [Candidate(Person("p1", groups=frozenset({"administrators"}), active=True), frozenset({Factor.PASSKEY}))]
    limen = replace(app(), id=LIMEN)
    opened = '@id("open") permit (principal, action, resource);'
    closed = f'{opened} @id("f") forbid (principal, action == Action::"administer", resource) unless {{ {HERE} }};'
    assert isinstance(prove_way_in(engine_of(opened), limen, people, NOW), WayIn)
    found = prove_way_in(engine_of(closed), limen, people, NOW)
    assert isinstance(found, LockedOut)
    assert [(one.policy, one.conditions) for one in found.obstacles] == [("f", (HERE,))]


@pytest.mark.parametrize("language", Language)
def test_there_are_words_for_everything_that_can_be_done_to_a_device(language: Language) -> None:
    rows = [row for row in ATTRIBUTES.table.rows if row.remedy == "mend_device" and row.name != "known"]
    keys = [f"do.{whose}.mend_device.{row.name}" for row in rows for whose in ("self", "helpdesk")]
    assert len(rows) >= 5
    assert [key for key in keys if not catalogue(language).has(key)] == []
