"""Each policy that a page shows is one that `limen check` accepts, with what says why it refuses."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from limen.company.child import parse_texts
from limen.company.policies_file import read_policies

HERE = Path(__file__).resolve().parents[2]
PAGES = sorted((HERE / "docs" / "how-to").glob("*.md"))
SHOWN = re.compile(r"^( *)```cedar\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def policies(page: Path) -> list[str]:
    return [textwrap.dedent(text) for _, text in SHOWN.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", [page for page in PAGES if policies(page)], ids=lambda page: page.stem)
def test_each_policy_is_accepted_and_says_why(page: Path) -> None:
    for text in policies(page):
        files, problems = parse_texts({"policies/50-own.cedar": text})
        assert problems == []
        read, problems = read_policies(
            {"policies/50-own.cedar": files["policies/50-own.cedar"]["policies"]}, None, None
        )
        assert problems == []
        for body in read.tree["staticPolicies"].values():
            assert {"id", "title", "reason"} <= body["annotations"].keys()


def test_the_pages_show_policies() -> None:
    assert sum(len(policies(page)) for page in PAGES) >= 7
