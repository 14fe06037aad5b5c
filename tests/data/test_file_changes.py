"""What is other in a new `data.yaml`, told in lines."""

from __future__ import annotations

import pytest
from tests.data.data_yaml import a_rule, rules_of
from tests.golden import Expected

from limen.data.file_changes import changes, said
from limen.data.initial import INITIAL

MORE = """\
detectors: {off: [phone-number]}
own: {hb: {name: Project numbers, expression: 'HB-[0-9]{5}', alone: low}}
dictionaries: {names: {name: Names of projects, words: [Nordlicht, Blue Heron]}}
exact: {customers: {name: Customers, fields: [number, name]}}
fingerprints: {contracts: {name: Our contracts}}
labels:
  restricted: {strength: 3, session: 4h, kept: 30d, encrypted: true, device: healthy,
               when: [{finds: [hb], confidence: low}]}
rules:
"""


def test_each_part_is_told_when_it_is_new_other_or_gone(expected: Expected) -> None:
    first = rules_of(INITIAL)
    rule = a_rule(
        "{finds: [hb, names], at_least: 2}, {finds: [customers], beside: [contracts]}, {unread: [encrypted]}",
        "block",
        "to: outside, device: unhealthy, people: [finance], apps: [payroll], exempt: {domains: [partner.example]}",
        "restricted-leaves",
    )
    more = rules_of(MORE + rule)
    expected("\n".join([*changes(None, first), "", *changes(first, more), "", *changes(more, None)]))
    assert list(changes(more, more)) == []


def test_what_is_no_part_of_the_file_has_no_words() -> None:
    with pytest.raises(TypeError):
        said(1)


def test_who_may_lower_a_label_is_named_where_that_changes() -> None:
    before, after = (rules_of(f"labels: {{restricted: {{lowered_by: [{who}]}}}}") for who in ("finance", "staff"))
    (line,) = changes(before, after)
    assert (line.count("lowered by staff"), line.count("lowered by finance")) == (1, 1)
