"""What is wrong with a `data.yaml` whose shape is right; the words of each are in `expected/test_reading.txt`."""

from __future__ import annotations

import pytest
from tests.data.data_yaml import a_rule, lines


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("detectors: {use: [secret]}\nrules:\n" + a_rule("{finds: [iban]}"), [3]),
        ("detectors: {use: [secret, bank]}\nrules:\n" + a_rule("{finds: [iban]}"), []),
        ("detectors: {off: [bank]}\nrules:\n" + a_rule("{finds: [bank]}"), [3]),
        ("detectors: {off: [payment-card]}\nrules:\n" + a_rule("{finds: [bank]}, {finds: [payment-card]}"), [3]),
        ("rules:\n" + a_rule("{finds: [own]}"), [2]),
        ("rules:\n" + a_rule("{finds: [bank], beside: [nothing-known]}"), [2]),
        ("rules:\n" + a_rule("{at_least: 3, label: restricted}"), [2]),
        ("rules:\n" + a_rule("{label: restricted}", more="people: [nobody-known]"), [2]),
        ("rules:\n" + a_rule("{label: restricted}", more="exempt: {people: [nobody-known]}"), [2]),
        ("rules:\n" + a_rule("{label: restricted}", more="people: [a@harbor.example]"), []),
        ("labels:\n  restricted: {lowered_by: [finance, a@harbor.example, nobody-known]}\n", [2]),
        ("labels: {restricted: {lowered_by: [finance, a@harbor.example]}}\n", []),
        ("dictionaries: {many: {name: M, words: [" + ", ".join(f"word number {n}" for n in range(900)) + "]}}", [1]),
    ],
)
def test_it_is_told_where_it_stands(text: str, wrong: list[int]) -> None:
    assert lines(text) == wrong
