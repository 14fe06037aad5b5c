"""`limen node`."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.postgresql import Cluster

from limen.cli import node
from limen.nodes.here import FILE
from limen.storage.master_key import make_key_file
from limen.storage.workers import Worker

JOIN = ("node", "join", "--name", "a", "--address", "10.0.0.1:8446")


def a_folder(at: Path, url: str) -> Path:
    root = small_folder(at)
    with (root / "limen.toml").open("a") as toml:
        toml.write(f'\n[database]\nurl = "{url}"\n')
    return root


def test_a_machine_whose_database_is_a_file_can_not_join(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    assert leave(*JOIN, str(root)) == 1
    assert "limen migrate-database" in capsys.readouterr().err
    assert not (root / "data" / FILE).exists()


@pytest.mark.slow
def test_nodes_join_are_listed_and_removed(
    tmp_path: Path, postgresql: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgresql.database() as url:
        a, b = a_folder(tmp_path / "a", url), a_folder(tmp_path / "b", url)
        assert leave(*JOIN, str(a)) == 0
        capsys.readouterr()
        assert leave("node", "list", str(a), "--json") == 0
        (listed,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert (listed["name"], listed["address"], listed["is_here"]) == ("a", "10.0.0.1:8446", True)
        assert listed["journal"].startswith("a-")
        assert (listed["workers"], listed["is_missing"], listed["has_started"]) == (0, True, False)

        assert leave("keys", "list", str(a)) == 0  # which makes the master key
        join_b = ("node", "join", "--name", "b", "--address", "10.0.0.2:8446", str(b))
        assert leave(*join_b) == 1  # without the key
        make_key_file(b / "data" / "master.key")
        assert leave(*join_b) == 1  # with another
        (b / "data" / "master.key").write_bytes((a / "data" / "master.key").read_bytes())
        assert leave("node", "join", "--name", "b", "--address", "10.0.0.1:8446", str(b)) == 1  # that is a's address
        assert leave(*join_b) == 0

        assert leave("node", "remove", "--name", "c", str(a)) == 1
        assert leave("node", "remove", str(b)) == 0
        assert not (b / "data" / FILE).exists()
        capsys.readouterr()
        assert leave("node", "list", str(b)) == 0
        assert "10.0.0.2" not in capsys.readouterr().out


def test_who_is_registered_and_does_not_move_does_not_answer() -> None:
    """As after the machine of the last node was lost: nobody is left who would remove its row."""
    beats = itertools.count(5)

    def row(name: str, beat: int) -> Worker:
        return Worker(name, 1, beat, "m", f"{name}-d1", 1, 1, 0)

    register: Any = SimpleNamespace(all=lambda: [row("a", next(beats)), row("b", 7)])
    assert [one.chain for one in node._answering(register, 0.3)] == ["a-d1"]
    register = SimpleNamespace(all=list)
    assert node._answering(register, 60.0) == []


@pytest.mark.parametrize(
    "words",
    [("node", "dance"), ("node", "join"), ("node", "join", "--name", "A", "--address", "10.0.0.1:1")],
)
def test_anything_else_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert leave(*words, str(small_folder(tmp_path))) in {1, 2}
