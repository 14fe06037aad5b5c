"""The scanner of a company."""

from __future__ import annotations

from tests.data.data_yaml import rules_of
from tests.data.planted import KEY

from limen.data.rules.looked_for import detectors_of, scanner_of

TEXT = """\
detectors: {use: [bank]}
own: {hb: {name: HB, expression: 'HB-[0-9]{5}'}}
dictionaries: {names: {name: Names, words: [Nordlicht]}}
"""


def test_it_finds_limen_s_and_the_company_s() -> None:
    rules = rules_of(TEXT)
    assert {"iban", "hb", "names"} <= {one.id for one in detectors_of(rules)}
    found = scanner_of(rules, KEY).text(b"Nordlicht HB-12345 DE89 3704 0044 0532 0130 00 4111 1111 1111 1111")
    assert set(found.unique()) == {"names", "hb", "iban"}
