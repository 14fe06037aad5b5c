"""A day at Harbor, through the real doors, held to the company's own policy tests."""

from __future__ import annotations

import json
import subprocess
import sys

from limen.company.load import load_company
from limen.demo import harbor
from limen.demo.day import expected_effects

KEYS = {"who", "app", "method", "path", "action", "effect", "reasons", "microseconds", "expected"}


def test_a_whole_day_is_answered_as_the_policy_tests_say() -> None:
    command = [sys.executable, "-m", "limen.cli.main", "demo", "--once", "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    lines = ran.stdout.splitlines()
    assert len(lines) == 1
    asked = json.loads(lines[0])
    assert len(asked) >= 12
    for one in asked:
        assert set(one) >= KEYS
        assert one["effect"] == one["expected"]
        assert one["reasons"]
        assert one["microseconds"] > 0
    assert {one["effect"] for one in asked} == {"permit", "challenge", "deny"}
    assert {one["door"] for one in asked} >= {"gateway", "check"}


def test_what_is_expected_comes_from_the_policy_tests_alone() -> None:
    company = load_company(harbor.folder())
    expected = expected_effects(company)
    for step in harbor.read_day(harbor.folder()):
        if step.does == "ask":
            assert step.test in expected, step
            about = [test for test in company.tests if test.title == step.test]
            assert step.app in {test.app for test in about}, step
