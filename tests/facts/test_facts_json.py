from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from limen.facts import App, Auth, Device, Factor, Facts, Grant, Label, Person, Place, Session, Upstream
from limen.facts.facts_json import facts_digest, facts_from_json, facts_to_bytes, facts_to_json

AUTH = Auth(3, frozenset({Factor.PASSKEY, Factor.CODE}), 1_700_000_000_000)
FACTS = Facts(
    app=App("payroll", "Payroll", "payroll.harbor.example", Upstream("http://10.0.0.1"), Label.RESTRICTED, "finance"),
    person=Person("p1", "Ana Sousa", "ana@harbor.example", frozenset({"staff", "finance"}), active=True),
    auth=AUTH,
    session=Session("s1", "p1", AUTH, 5, 6, 7, address="10.1.1.1", user_agent="Firefox"),
    device=Device("d1", known=True, compliance="compliant"),
    place=Place("10.1.1.1", known=True, country="PT", network="office", anonymiser=False),
    grants=(Grant("g1", "payroll", frozenset({"administer"}), 99),),
)


def test_what_is_read_back_is_written_the_same() -> None:
    text = json.dumps(facts_to_json(FACTS))
    assert facts_to_json(facts_from_json(json.loads(text))) == facts_to_json(FACTS)


def test_attributes_without_a_field_are_kept_as_they_were_and_are_not_written_where_there_are_none() -> None:
    more = (("device.encrypted", True), ("device.installed", ("disk", "firewall")), ("person.level", 3))
    back = facts_from_json(json.loads(json.dumps(facts_to_json(replace(FACTS, more=more)))))
    assert back.more == more
    assert "more" not in facts_to_json(FACTS)


def test_names_and_mail_addresses_are_not_written() -> None:
    text = json.dumps(facts_to_json(FACTS))
    for secret in ("Ana", "ana@"):
        assert secret not in text


def test_equal_facts_are_written_equally_whatever_the_order_of_their_sets() -> None:
    other = replace(FACTS, person=replace(FACTS.person, groups=frozenset(["finance", "staff"])))
    assert facts_digest(other) == facts_digest(FACTS)
    assert facts_digest(replace(FACTS, grants=())) != facts_digest(FACTS)


def test_when_the_device_last_reported_makes_no_other_facts_and_comes_back_from_beside_them() -> None:
    reported = replace(FACTS, device=replace(FACTS.device, seen_at=1_800_000_000_000))
    again = replace(FACTS, device=replace(FACTS.device, seen_at=1_800_000_300_000))
    assert facts_to_bytes(reported) == facts_to_bytes(again) == facts_to_bytes(FACTS)
    assert facts_digest(reported) == facts_digest(again)
    kept = json.loads(facts_to_bytes(reported))
    assert facts_from_json(kept, 1_800_000_000_000).device == reported.device
    assert facts_from_json(kept).device == FACTS.device
    assert facts_from_json(facts_to_json(reported)).device == reported.device, "a decision file says all of it"


def test_facts_that_an_older_journal_kept_whole_are_read_as_they_are() -> None:
    reported = replace(FACTS, device=replace(FACTS.device, seen_at=1_800_000_000_000))
    assert facts_from_json(facts_to_json(reported), 0).device == reported.device


def test_facts_of_nobody_read_back_as_nobody() -> None:
    nobody = Facts(app=FACTS.app)
    back = facts_from_json(facts_to_json(nobody))
    assert (back.person, back.auth, back.session, back.device) == (
        nobody.person,
        nobody.auth,
        None,
        nobody.device,
    )


@pytest.mark.parametrize("body", [None, [], {}, {"app": {"id": "a", "label": 9}, "person": {"id": ""}}, {"app": 1}])
def test_anything_else_is_refused(body: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        facts_from_json(body)
