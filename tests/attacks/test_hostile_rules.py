"""Rules that would stop whoever reads them or runs them, and events made to slip past rules or to break them."""

from __future__ import annotations

import time
import uuid

import pytest
from tests.monitor.detections.texts import compiled, correlation, event, is_found, rule, text_of

from limen.monitor.detections import windows
from limen.monitor.detections.event_view import MAX_TEXT
from limen.monitor.detections.rule_set import MAX_RULES, compile_rules
from limen.monitor.detections.sigma import SigmaDetector


def seconds(work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize("expression", [r"(a+)+$", r"(a|a)*b", r"(.*a){20}", r"^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_catastrophic_expression_costs_no_more_than_its_text_is_long(expression: str) -> None:
    one = compiled(rule({"Image|re": expression}))
    said = event(fields={"Image": "a" * 50_000 + "!"})
    assert seconds(lambda: one.hits(said)) < 5


@pytest.mark.parametrize("expression", [r"(((a{100}){100}){100}){100}", "a" * 100_000, r"(?P<x>a)(?P=x)", "(?<=a)b"])
def test_an_expression_that_would_need_too_much_is_refused(expression: str) -> None:
    wrong = text_of(rule({"Image|re": expression}))
    assert seconds(lambda: compile_rules({"a.yml": wrong})) < 5
    assert len(compile_rules({"a.yml": wrong}).problems) == 1


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 2_000 + "selection" + ")" * 2_000,
        "(" * 30 + "selection" + ")" * 30,
        "not " * 900 + "selection",
        " and ".join(["selection"] * 2_000),
        "selection | count() > 5",
        "__import__('os').system('true')",
        "",
    ],
)
def test_a_condition_that_its_parser_would_take_for_ever_is_refused(condition: str) -> None:
    wrong = rule({"Image": "a"})
    wrong["detection"]["condition"] = condition
    assert seconds(lambda: compile_rules({"a.yml": text_of(wrong)})) < 5
    assert len(compile_rules({"a.yml": text_of(wrong)}).problems) == 1


def test_aliases_that_grow_without_end_are_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + step)}: &{chr(98 + step)} [{', '.join(['*' + chr(97 + step)] * 9)}]\n" for step in range(9)
    )
    assert seconds(lambda: compile_rules({"a.yml": bomb})) < 5
    assert len(compile_rules({"a.yml": bomb}).problems) == 1


def test_dashes_that_multiply_are_refused() -> None:
    wrong = text_of(rule({"Image|windash|contains": " -a -b -c -d -e -f -g -h"}))
    assert len(compile_rules({"a.yml": wrong}).problems) == 1


def test_texts_of_any_length_are_looked_for() -> None:
    long = "ab" * 40_000
    said = event(fields={"Image": f"x{long[:60_000]}y"})
    assert is_found({"Image|contains": long[:20_000]}, said)
    assert is_found({"Image|contains": [long[:20_000], *(f"{long[:2_000]}{n}" for n in range(40))]}, said)
    assert not is_found({"Image|endswith": long[:20_000]}, said)


def test_a_rule_that_compares_with_too_much_is_refused() -> None:
    wrong = text_of(rule({"Image|contains": [f"w{number}" for number in range(21_000)]}))
    assert len(compile_rules({"a.yml": wrong}).problems) == 1


@pytest.mark.slow
def test_ten_thousand_rules_are_read_and_run_and_more_than_the_most_are_named() -> None:
    text = lambda number: text_of(  # noqa: E731
        rule({"Image|endswith": f"\\tool{number}.exe", "CommandLine|contains": ["-x", f"arg{number}"]})
    )
    one = compile_rules({f"{number}.yml": text(number) for number in range(10_000)})
    assert (len(one.rules), one.problems) == (10_000, ())
    said = event(fields={"Image": r"C:\tool77.exe", "CommandLine": "arg77"})
    assert len(one.hits(said)) == 1
    assert seconds(lambda: [one.hits(said) for _ in range(1_000)]) < 1
    assert MAX_RULES >= 10_000


@pytest.mark.parametrize(
    "selection",
    [{"Image|endswith": "\\evil.exe"}, {"Image|startswith": "c:\\"}, {"Image|re": "evil"}, ["evil.exe"]],
)
def test_padding_hides_neither_the_beginning_nor_the_end(selection: object) -> None:
    assert is_found(selection, event(fields={"Image": "C:\\" + "x" * 3 * MAX_TEXT + "\\evil.exe"}))


@pytest.mark.parametrize(
    "value",
    ["\ud800 evil", "evil\x00", "evil\n", "ＥＶＩＬ evil", "\u202eevil", ["\ud800", "evil"], "EVIL" * 10_000, "éevil"],
)
def test_strange_characters_hide_nothing_and_break_nothing(value: object) -> None:
    said = event(fields={"Image": value})
    assert is_found({"Image|contains": "evil"}, said)
    assert is_found({"Image|re|i": "evil"}, said)
    assert is_found({"Image|contains": ["evil", *(f"other{number}" for number in range(40))]}, said)


def test_a_name_or_list_that_shadows_another_hides_nothing() -> None:
    assert is_found({"user": "jane"}, event(user="jane", fields={"user": "nobody", "USER": "nobody"}))
    assert is_found(["evil"], event(fields={"*": "x", "a": "evil"}))
    assert is_found({"Hashes": "evil"}, event(fields={"Hashes": ["x"] * 200 + ["evil"]}))


def test_nested_values_break_no_rule_and_hide_nothing() -> None:
    deep: list[object] = ["evil"]
    for _ in range(50_000):
        deep = [deep]
    one = SigmaDetector(compiled(rule({"Image|contains": "evil"}), rule(["evil"]), rule({"Image|fieldref": "B"})))
    assert len(one.feed(event(fields={"Image": deep, "B": [[]]}))) == 2
    assert len(one.feed(event(fields={"Image": {"a": {"b": ["x", "evil"]}}}))) == 2
    assert one.feed(event(fields={"Image": [[], {}], "B": [[]]})) == []


def test_many_sources_make_no_rule_compile_again() -> None:
    one = compiled(*(rule({"Image": f"a{number}"}) for number in range(40)))
    one.hits(event(service="0"))
    assert seconds(lambda: [one.hits(event(service=str(number))) for number in range(5_000)]) < 3


def test_a_flood_of_one_group_does_not_make_another_forgotten_within_its_rule() -> None:
    many = correlation("event_count", ["failed"], "5m", group_by=["src_ip"], condition={"gte": 5})
    one = SigmaDetector(compiled(rule({"kind": "failed"}, name="failed"), many))
    for number in range(4):
        one.feed(event(f"real{number}", number, kind="failed", src_ip="192.0.2.1"))
    for number in range(20_000):
        one.feed(event(f"flood{number}", 5, kind="failed", src_ip="198.51.100.1"))
    assert [hit.title for hit in one.feed(event("last", 6, kind="failed", src_ip="192.0.2.1"))] == [many["title"]]


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "MOST_ENTRIES", 200)


def slow_spray(flooding: str, spray: str) -> bool:
    """Is a slow spray from one address found, while more others than there is room for are wrong once?"""
    many = correlation("event_count", ["failed"], "1h", group_by=["src_ip"], condition={"gte": 5})
    one = SigmaDetector(compiled(rule({"kind": "failed"}, name="failed"), many))
    hits = []
    for number in range(5):
        hits += one.feed(event(f"real{number}", 600 * number, kind="failed", src_ip="192.0.2.1", source=spray))
        for other in range(300 if number else 0):
            at, address = 600 * number + 1, f"10.{number}.{other // 250}.{other % 250}"
            one.feed(event(f"f{number}-{other}", at, kind="failed", src_ip=address, source=flooding))
    assert one.forgotten > 800
    return bool(hits)


@pytest.mark.usefixtures("little_room")
def test_spraying_new_addresses_makes_nobody_forgotten_against_whom_something_is_counted() -> None:
    assert slow_spray("limen", "limen")


@pytest.mark.usefixtures("little_room")
def test_what_one_source_sprays_makes_nothing_of_another_forgotten() -> None:
    assert slow_spray("firewall", "limen")


def test_a_clock_far_ahead_does_not_make_what_follows_too_old() -> None:
    many = correlation("event_count", ["failed"], "5m", condition={"gte": 2})
    one = SigmaDetector(compiled(rule({"kind": "failed"}, name="failed"), many))
    now = event("1", kind="failed").at
    one.feed(event("ahead", 10**8, kind="failed", received_at=now))
    assert len(one.feed(event("2", 1, kind="failed"))) == 1


def test_a_sentence_takes_nothing_from_an_event_but_its_values() -> None:
    made = rule({"Image": "a"}, id=str(uuid.uuid4()))
    made["custom"] = {"limen": {"sentence": "{Image} {__class__} {event.raw}"}}
    (hit,) = SigmaDetector(compiled(made)).feed(event(fields={"Image": "A"}, raw="secret"))
    assert "secret" not in str(hit)
