"""wireguard-go, by programs in its place. The real one: tests/network/tunnels."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen_agent.errors import AgentError
from limen_agent.tunnel import wireguard_go


def in_its_place(monkeypatch: pytest.MonkeyPatch, folder: Path, lines: str) -> Path:
    """A script, which writes its number to the file that is returned."""
    program, number = folder / "wireguard-go", folder / "number"
    program.write_text(f"#!/bin/sh\necho $$ > {number}.new && mv {number}.new {number}\n{lines}\n")
    program.chmod(0o755)
    monkeypatch.setattr(wireguard_go, "tool_path", lambda _name: str(program))
    return number


def runs(number: Path) -> bool:
    try:
        os.kill(int(number.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def test_it_runs_until_it_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    number = in_its_place(monkeypatch, tmp_path, f'echo "$1 $2 $WG_TUN_NAME_FILE" > {tmp_path}/told; exec sleep 60')
    process = wireguard_go.begun("limen7", (tmp_path / "told").exists, WG_TUN_NAME_FILE="/tmp/x")
    assert runs(number)
    wireguard_go.end(process)
    assert not runs(number)
    assert (tmp_path / "told").read_text() == "-f limen7 /tmp/x\n"


def test_where_it_ends_by_itself_there_is_no_tunnel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_its_place(monkeypatch, tmp_path, "exit 1")
    with pytest.raises(AgentError):
        wireguard_go.begun("limen7", lambda: False)


def test_what_makes_no_tunnel_in_time_does_not_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    number = in_its_place(monkeypatch, tmp_path, "exec sleep 60")
    until_it_runs = iter(number.exists, True)
    monkeypatch.setattr(wireguard_go, "BEGINS_S", 0.0)

    def is_up() -> bool:
        list(until_it_runs)
        return False

    with pytest.raises(AgentError):
        wireguard_go.begun("limen7", is_up)
    assert not runs(number)


def test_one_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    number = in_its_place(monkeypatch, tmp_path, f"trap '' TERM; touch {tmp_path}/deaf; while :; do sleep 0.1; done")
    process = wireguard_go.begun("limen7", (tmp_path / "deaf").exists)
    monkeypatch.setattr(wireguard_go, "ENDS_S", 0.1)
    wireguard_go.end(process)
    assert not runs(number)
