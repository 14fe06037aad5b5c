from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.harbor_week import harbor_week
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.monitor.detections.test_company_rules import NAME, TEXT, put
from tests.monitor.detections.texts import rule, text_of

from limen.monitor.detections.own_rules import own_rules, shown_rules


def test_what_is_refused_is_named_and_leaves_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = rule({"Image": "a"}), rule({"Image|re": "(?=a)"}, title="Bad")
    (tmp_path / "a.yml").write_text(text_of(good, bad))
    assert leave("detections", "check", str(tmp_path), "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["rules"], said["slow"]) == (1, [])
    assert [(one["file"], one["line"]) for one in said["refused"]] == [(str(tmp_path / "a.yml"), 3)]
    assert leave("detections", "check", str(tmp_path)) == 1
    assert "Bad" in capsys.readouterr().out


def test_a_folder_of_good_rules_leaves_with_0(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(text_of(rule({"Image": "a"})))
    assert leave("detections", "check", str(tmp_path)) == 0
    assert leave("detections", "check", str(tmp_path / "a.yml")) != 0
    assert leave("detections", "burn", str(tmp_path)) != 0


def test_the_rules_in_force_are_listed_with_the_companys_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small_folder(tmp_path)
    put(root, TEXT)
    assert leave("apply", str(root), "-m", "Begin") == 0
    capsys.readouterr()
    assert leave("detections", "list", str(root), "--json") == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(listed) == len(shown_rules(own_rules())) + 1
    assert [one["title"] for one in listed if one["file"] == NAME] == ["Payroll exported"]


ASKED = """\
title: Wiki asked for
id: 6a2ff0b8-2f57-4f6f-8d3c-0d4a8e7b9c02
logsource: {product: limen}
detection: {selection: {kind: decision, app: wiki}, condition: selection}
"""


def test_a_plan_tells_what_a_new_rule_would_have_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = harbor_week(tmp_path)
    put(root, ASKED)
    assert leave("plan", str(root), "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert [one["detail"] for one in said["changes"]] == ['Detection "Wiki asked for" is new']
    (found,) = said["would_have"]
    assert '"Wiki asked for"' in found["said"]
    assert "2 times" in found["said"]
    assert [bool(one["event"]) for one in found["newest"]] == [True, True]
    leave("plan", str(root))
    assert found["said"] in capsys.readouterr().out


def test_a_plan_that_changes_no_rule_tells_nothing_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("plan", str(harbor_week(tmp_path)), "--json") == 0
    assert json.loads(capsys.readouterr().out)["would_have"] == []
