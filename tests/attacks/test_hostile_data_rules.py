"""Attacks on what `data.yaml` says and on what is kept of lists: evil expressions, rules that protect nothing, lists
without their keys, and texts that are meant to be slow.
"""

from __future__ import annotations

from itertools import islice, product

import pytest
from tests.data.data_yaml import a_rule, lines
from tests.data.planted import KEY

from limen.data.lists.exact import MOST_HITS, ExactMatcher, exact_of
from limen.data.lists.fingerprints import FingerprintMatcher, Fingerprints, fingerprint_of
from limen.data.lists.tokens import number_of
from limen.data.rules.own_detectors import detector_of, length_of
from limen.data.rules.stated import OwnDetector
from limen.data.scanning.scanner import Scanner

EVIL = (
    "abc(a+)+b",
    "abc(a|a)*b",
    "(?=(a+))abc",
    r"(abc)\1{2,9}",
    "abc(?:(?:(?:a{1,9}){1,9}){1,9}){1,9}",
    "(" * 299,
    "a{99999}",
    "abc(?R)",
    "(?P<x>abc)(?P=x)",
    "abc(?<!x)",
    "[" + "a-z" * 90 + "]{3,200}" * 2,
)


@pytest.mark.parametrize("expression", EVIL)
def test_an_expression_that_could_take_long_is_refused_at_its_place(expression: str) -> None:
    assert lines(f"own:\n  evil:\n    name: Evil\n    expression: '{expression}'\n") == [4]


LINEAR = (
    "abc(?:[a-z]{1,9}){1,9}[a-z]{1,60}xyz",
    "abc(?:(?:a?){9}){9}(?:(?:a?){9}){9}b",
    r"\w{3,200}",
    "x[a-z]{1,90}y[a-z]{1,90}z",
)


@pytest.mark.parametrize("expression", LINEAR)
def test_an_expression_that_is_let_through_is_linear(expression: str) -> None:
    """Counted in what RE2 is asked for, and not in time: each end is looked for in one window."""
    own = OwnDetector("own", "Own", expression, length_of(expression))
    scanner = Scanner([detector_of(own)], key=KEY)
    for text in (b"abc" + b"a" * 100_000, b"x" * 100_000, b"xay" * 30_000, b"abcaxyz" * 20_000):
        scanner.text(text)  # the suite's own limit of time would end it


@pytest.mark.parametrize(
    "text",
    [
        "dictionaries: {d: {name: D, words: [" + "word" * 3 + ", a" * 3 + "]}}",
        "dictionaries: {d: {name: D, words: [" + ", ".join(map("word {}".format, range(5_000))) + "]}}",
        "own: {" + ", ".join(f"d{n}: {{name: D, expression: abc}}" for n in range(60)) + "}",
        "rules: [" + ", ".join(f"{{id: r{n}}}" for n in range(300)) + "]",
        "rules:\n" + a_rule(", ".join("{label: restricted}" for _ in range(30))),
        "rules: {a: b}",
        "rules: 7",
        "own: {a: [b]}",
        "labels: {restricted: 7}",
        "labels: {restricted: {when: 7}}",
        "rules: [{id: a, title: t, channels: [upload], when: [[{}]], then: watch}]",
        "expect: [{test: a, text: 7, expect: watch}]",
        "exact: {a: {name: a, fields: [a, a b], needs: 0}}",
    ],
)
def test_what_is_too_much_or_no_such_thing_is_refused(text: str) -> None:
    assert lines(text)


def test_a_rule_that_protects_nothing_is_refused() -> None:
    for when in ("{finds: [iban], at_least: 1000}", "{finds: []}", "{}", "{finds: [bic], confidence: high}"):
        assert lines("rules:\n" + a_rule(when)) == [2]


def test_what_is_kept_tells_nothing_without_its_key() -> None:
    """A number of five digits has 100,000 values: without the key, trying them all finds none."""
    data = exact_of(("number",), [("K-10042",)], KEY)
    guesses = (f"k{number}".encode() for number in range(100_000))
    kept = {data.values[at : at + 8] for at in range(0, len(data.values), 8)}
    assert number_of(b"k10042", KEY).to_bytes(8, "little") in kept
    assert not any(number_of(one, b"another key").to_bytes(8, "little") in kept for one in guesses)


def test_a_row_is_found_whatever_separates_its_digits_and_in_the_middle_of_noise() -> None:
    rows = [("DE89370400440532013000", "Anna Berger")]
    matcher = ExactMatcher("customers", exact_of(("iban", "name"), rows, KEY), KEY, 2, 300)
    for separator in (" ", "-", ".", "\u00a0", "\u2013", "\t", " \n"):
        search = matcher.begin()
        search.feed(f"x1 x2 {separator.join(('DE89', '3704', '0044', '0532', '0130', '00'))} y1 berger anna".encode())
        assert search.end()[0], separator


def test_a_text_made_of_a_list_s_values_is_bounded() -> None:
    """Whoever knows values of the list, and repeats them, gets an answer with as much work as is bounded."""
    rows = [(f"K-{number}", "Anna Berger") for number in range(1_000)]
    matcher = ExactMatcher("customers", exact_of(("number", "name"), rows, KEY), KEY, 2, 2_000)
    search = matcher.begin()
    for number in range(0, 100_000, 100):
        search.feed(b" ".join(b"K-%d Anna Berger" % (one % 1_000) for one in range(number, number + 100)) + b" ")
    assert len(search._hits) <= 2 * MOST_HITS
    findings, is_more = search.end()
    assert (len(findings), is_more) == (100, True)


def test_a_text_of_endless_new_words_takes_no_endless_memory() -> None:
    words = (b"".join(map(bytes, ((one,) for one in letters))) for letters in product(b"abcdefghij", repeat=6))
    text = b" ".join(islice(words, 150_000))
    kept = Fingerprints((fingerprint_of("x", text[:7_000], KEY),))
    search = FingerprintMatcher("contracts", kept, KEY, 20, 150).begin()
    for at in range(0, len(text), 65_536):
        search.feed(text[at : at + 65_536])
        assert len(search._numbers) <= 120_000
        assert len(search._last) < 5
    assert len(search.end()[0]) == 1
