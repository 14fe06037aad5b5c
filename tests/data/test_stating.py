"""From how `data.yaml` is written to what it says."""

from __future__ import annotations

from tests.data.data_yaml import rules_of

from limen.clock import DAY, HOUR
from limen.data.model import Confidence
from limen.data.rules.model import Channel, Step
from limen.data.rules.stated import Dictionary, ExactSet, Expected, FingerprintSet, LabelRule, OwnDetector
from limen.facts import Label

TEXT = """\
labels: {restricted: {strength: 3, session: 4h, kept: 30d, encrypted: true, device: healthy, sharing: inside}}
own:
  hb: {name: Project numbers, expression: 'HB-[0-9]{5}', alone: never, words: [project], check: luhn}
dictionaries: {names: {name: Names, words: [Nordlicht, Blue Heron, Nordlicht]}}
exact: {customers: {name: Customers, fields: [number, name]}}
fingerprints: {contracts: {name: Our contracts, share: 30}}
expect:
  - {test: A mail, given: {channel: mail, groups: [staff], outside: [a@b.example], device: unhealthy,
     label: internal}, expect: allow}
"""


def test_every_part_is_stated() -> None:
    rules = rules_of(TEXT)
    assert rules.labels == (LabelRule(Label.RESTRICTED, (), 3, True, 4 * HOUR, True, True, 30 * DAY),)
    assert rules.own == (OwnDetector("hb", "Project numbers", "HB-[0-9]{5}", 8, ("project",), "luhn", None),)
    assert rules.dictionaries == (Dictionary("names", "Names", ("Blue Heron", "Nordlicht"), Confidence.HIGH),)
    assert rules.exact == (ExactSet("customers", "Customers", ("number", "name")),)
    assert rules.fingerprints == (FingerprintSet("contracts", "Our contracts", 30),)
    (expected,) = rules.expected
    assert expected == Expected(
        "A mail",
        Step.ALLOW,
        channel=Channel.MAIL,
        groups=frozenset({"staff"}),
        outside=frozenset({"a@b.example"}),
        healthy=False,
        label=Label.INTERNAL,
    )
    assert expected.line == 8


def test_whoever_may_lower_a_label_is_named_without_regard_to_case() -> None:
    (label,) = rules_of("labels: {restricted: {lowered_by: [finance, Eve@Harbor.example]}}").labels
    assert label.lowered_by == {"finance", "eve@harbor.example"}
