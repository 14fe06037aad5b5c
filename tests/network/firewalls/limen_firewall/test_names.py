"""Who answers is told what is open now, is begun again where it ended, and holds nobody up. What is no name: the
attacks.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import until

from limen.following.program.clock import boottime
from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall import names as module
from limen.network.firewalls.limen_firewall.names import Names, checked_names

NAME = "erp.harbor.internal"
SAID: dict[str, Any] = {
    "interface": "lo",
    "addresses": ["10.99.0.1/24"],
    "peers": [{"key": "k", "addresses": ["10.99.0.7", "fd00:99::7"]}, {"key": "l", "addresses": ["10.99.0.8"]}],
    "names": [{"for": ["10.99.0.7", "fd00:99::7"], "name": NAME, "addresses": ["10.21.0.4"], "until": 2_000_000}],
}
WRITES = "import sys\nfor line in sys.stdin:\n    open(sys.argv[1], 'a').write(line)"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is told to whoever answers, who writes it down here."""
    begin = subprocess.Popen
    command = [sys.executable, "-c", WRITES, str(tmp_path / "told")]
    monkeypatch.setattr(module.subprocess, "Popen", lambda _words, **how: begin(command, **how))
    return tmp_path / "told"


def lines(told: Path) -> list[Any]:
    return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []


async def test_it_hears_where_and_then_what_is_open_and_begins_again_where_it_ended(told: Path) -> None:
    one = Names()
    one.follow(SAID, 1_000.0)
    await until(lambda: len(lines(told)) == 2)
    where, open_ = lines(told)
    assert (where["interface"], where["addresses"]) == ("lo", ["10.99.0.1"])
    assert set(open_) == {"10.99.0.7", "fd00:99::7", "10.99.0.8"}
    assert open_["10.99.0.7"][NAME][1] == pytest.approx(boottime() + 1_000, abs=5)
    one.follow({**SAID, "names": []}, 1_000.0)
    await until(lambda: len(lines(told)) == 3)
    assert lines(told)[-1] == {"10.99.0.7": {}, "fd00:99::7": {}, "10.99.0.8": {}}
    assert one._process is not None
    one.tend()
    one._process.kill()
    one._process.wait()
    one.tend()
    await until(lambda: len(lines(told)) == 5)
    assert lines(told)[-1] == lines(told)[2]
    process = one._process
    one.follow({name: of for name, of in SAID.items() if name != "names"}, 1_000.0)
    assert process.returncode is not None
    one.tend()
    assert one._process is None


def test_before_the_first_answer_of_limen_nothing_is_answered(told: Path) -> None:
    one = Names()
    one.follow(SAID, None)
    assert one._process is None


def test_who_does_not_listen_is_ended_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = subprocess.Popen
    monkeypatch.setattr(module.subprocess, "Popen", lambda _words, **how: begin(["sleep", "60"], **how))
    monkeypatch.setattr(module, "NAMES_SECONDS", 0.1)
    much = [{**SAID["names"][0], "name": f"n{number}.harbor.internal"} for number in range(5_000)]
    one = Names()
    with pytest.raises(Wrong):
        one.follow({**SAID, "names": much}, 1_000.0)
    assert one._process is not None
    assert one._process.wait(60) != 0


def test_a_name_of_two_doors_has_the_addresses_of_both_and_the_later_end() -> None:
    (first,) = SAID["names"]
    found = checked_names({**SAID, "names": [first, {**first, "addresses": ["10.21.0.5"], "until": 1_000}]}, 0.0)
    assert found["10.99.0.7"][NAME] == (["10.21.0.4", "10.21.0.5"], 2_000.0)
