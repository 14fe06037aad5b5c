"""Which rules are in force: Limen's, the company's, those of folders; and what is off."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from tests.monitor.detections.texts import correlation, event, rule, text_of

from limen.clock import SystemClock
from limen.monitor.detections.chosen import Chosen
from limen.monitor.detections.in_force import read_folder, rules_in_force
from limen.monitor.detections.own_rules import own_rules, shown_rules
from limen.monitor.detections.rule_set import RuleSet, put_together
from limen.monitor.normal_form.reading import read
from limen.monitor.process import assembly
from limen.monitor.surroundings import Surroundings


def of_folder(root: Path) -> RuleSet:
    return put_together(read_folder(root))


def test_limens_rules_are_in_force_by_themselves() -> None:
    rules = rules_in_force(Chosen())
    assert (rules.rules, rules.correlations, rules.problems) == (own_rules().rules, own_rules().correlations, ())


def test_the_companys_come_beside_them_and_do_not_take_their_place() -> None:
    taken = rule({"Image": "a"}, id=own_rules().rules[0].id)
    mine = rule({"Image": "b"})
    rules = rules_in_force(Chosen(texts={"detections/a.yml": text_of(taken, mine)}))
    assert rules.rules[:-1] == own_rules().rules
    assert rules.rules[-1].id == mine["id"]
    assert [problem.file for problem in rules.problems] == ["detections/a.yml"]


def test_a_rule_that_is_off_finds_nothing_whether_by_name_or_id(tmp_path: Path) -> None:
    named, other = rule({"Image": "a"}, name="by-name"), rule({"Image": "a"})
    (tmp_path / "a.yml").write_text(text_of(named, other))
    said = event(fields={"Image": "a"})
    for off in ("by-name", named["id"]):
        rules = rules_in_force(Chosen(folders=(str(tmp_path),), off=(off, own_rules().rules[0].id)))
        assert [one.id for one in rules.hits(said)] == [other["id"]]
        assert own_rules().rules[0] not in rules.rules


def test_a_folder_is_read_with_all_below_it_and_what_is_wrong_is_named(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / ".git").mkdir()
    base = rule({"Image": "a"}, name="base")
    (tmp_path / "below" / "base.yaml").write_text(text_of(base))
    (tmp_path / "a.yml").write_text(text_of(correlation("event_count", ["base"], condition={"gte": 2})))
    (tmp_path / "bad.yml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / ".git" / "x.yml").write_text("not: a rule")
    rules = of_folder(tmp_path)
    assert (len(rules.rules), len(rules.correlations)) == (1, 1)
    assert [problem.file for problem in rules.problems] == [str(tmp_path / "bad.yml")]


def test_links_and_what_is_no_file_are_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.yml").write_text(text_of(rule({"Image": "a"})))
    (inside / "link.yml").symlink_to(outside / "secret.yml")
    (inside / "folder").symlink_to(outside)
    os.mkfifo(inside / "pipe.yml")
    rules = of_folder(inside)
    assert rules.rules == ()
    assert all("secret" not in problem.file for problem in rules.problems)


def test_a_folder_that_is_not_there_is_a_problem_and_the_others_are_in_force() -> None:
    rules = rules_in_force(Chosen(folders=("/nowhere/at/all",)))
    assert rules.rules == own_rules().rules
    assert [problem.file for problem in rules.problems] == ["/nowhere/at/all"]


def test_the_process_takes_over_what_the_server_says() -> None:
    mine = rule({"Image": "b"})
    told = msgspec.msgpack.encode(Chosen(texts={"detections/a.yml": text_of(mine)}))
    (detector,) = assembly.given(Surroundings(read), assembly.Rules(SystemClock()), "rules", told)().values()
    assert [hit.rule for hit in detector.feed(event(fields={"Image": "B"}))] == [mine["id"]]


def test_what_was_read_is_told_by_folder_with_what_was_refused(tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text(text_of(rule({"Image": "a"}), rule({"Image": "b"})))
    (tmp_path / "bad.yml").write_text("title: nothing else")
    rules = assembly.Rules(SystemClock())
    rules.detector(Chosen(folders=(str(tmp_path),)))
    told = rules.read
    assert (told.of_folders, told.refused) == ({str(tmp_path): 2}, 1)
    assert told.rules == len(shown_rules(own_rules())) + 2
    assert [line.startswith(f"{tmp_path}/bad.yml") for line in told.wrong] == [True]
