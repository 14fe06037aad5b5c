"""What `data.yaml` says, frozen."""

from __future__ import annotations

from tests.data.data_yaml import rules_of

from limen.data.detectors.every import DETECTORS
from limen.data.model import Kind
from limen.data.rules.stated import NO_RULES, DataRules


def test_what_is_in_use_is_chosen_by_id_and_by_kind() -> None:
    assert {one.id for one in NO_RULES.sought} == set(DETECTORS)
    assert {one.kind for one in DataRules(use=frozenset({"bank", "tax"})).sought} == {Kind.BANK, Kind.TAX}
    sought = DataRules(use=frozenset({"bank", "us-ssn"}), off=frozenset({"iban"})).sought
    assert {one.id for one in sought} >= {"bic", "us-ssn"}
    assert "iban" not in {one.id for one in sought}


def test_names_are_those_that_people_read() -> None:
    names = rules_of("dictionaries: {names: {name: Names of projects, words: [Nordlicht]}}").names
    assert names["names"] == "Names of projects"
    assert names["iban"] == DETECTORS["iban"].name
