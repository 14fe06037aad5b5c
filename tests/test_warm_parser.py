from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from tests.warm_parser import WarmParser

from limen.company.child import schema_text

COMMAND = [sys.executable, "-P", "-m", "limen.company.parser"]
TEXTS = {
    "policies/a.cedar": '@id("a") permit (principal, action, resource);\n@id("b") permit (principal, action);',
    "apps.yaml": "- id: [1\n",
    "limen.toml": "name = 1\n",
    "policies/deep.cedar": f'@id("c") permit (principal, action, resource) when {{ {"(" * 100_000} }};',
}


def order(**texts: str) -> bytes:
    files = [{"name": name, "text": text} for name, text in texts.items()]
    return json.dumps({"schema": schema_text(), "files": files, "skip": [], "singly": []}).encode()


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmParser]:
    parser = WarmParser()
    yield parser
    parser.close()


def test_it_says_what_a_child_that_starts_by_itself_says(warm: WarmParser) -> None:
    alone = subprocess.run(COMMAND, input=order(**TEXTS), stdout=subprocess.PIPE, check=True).stdout
    assert warm.run(COMMAND, input=order(**TEXTS), timeout=60).stdout == alone
    assert warm.run(COMMAND, input=order(**TEXTS), timeout=60).stdout == alone
    assert warm.seconds > 0


def test_one_that_dies_says_no_more_and_the_next_goes_on(warm: WarmParser) -> None:
    died = warm.run(COMMAND, input=b"no order", timeout=60).stdout
    assert died == b""
    assert b"files" in warm.run(COMMAND, input=order(**{"limen.toml": "a = 1"}), timeout=60).stdout


def test_one_that_takes_too_long_is_not_waited_for(warm: WarmParser) -> None:
    began = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run(COMMAND, input=order(**TEXTS), timeout=0.000_1)
    assert time.monotonic() - began < 10
