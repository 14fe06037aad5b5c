"""How a program is called, and how it calls others."""

from __future__ import annotations

import os
import stat
import sys
import syslog
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError

import pytest

from limen.following.program import commands
from limen.following.program.commands import attempt, disable, enable, install, one_time_token, prepare, run, shown
from limen.following.program.kept import Wrong


def test_a_command_says_something_or_why_it_can_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("cat", given="x") == "x"
    with pytest.raises(Wrong, match="no-such-file"):
        run("cat", "/no-such-file")
    monkeypatch.setattr(commands, "LONGEST_RUN_SECONDS", 0.05)
    with pytest.raises(Wrong, match="sleep"):
        run("sleep", "5")


def test_what_is_shown_ends() -> None:
    assert shown("x" * 300) == "x" * 300
    assert len(shown("x" * 301)) == 300


@pytest.mark.parametrize("wrong", [Wrong("no"), OSError("no"), ValueError("no"), KeyError("no")])
def test_what_can_not_be_done_is_said_and_is_a_failure(wrong: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    def task() -> None:
        raise wrong

    assert attempt("limen-x", task) == 1
    assert capsys.readouterr().err.startswith("limen-x: ")
    assert attempt("limen-x", lambda: None) == 0


@pytest.mark.parametrize(("code", "said"), [(401, "token"), (503, "503")])
def test_a_refusal_says_what_it_is_about(code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    def task() -> None:
        raise HTTPError("https://limen.harbor.example/secret", code, "no", Message(), None)

    assert attempt("limen-x", task) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "secret" not in told


def test_the_environment_of_whoever_calls_it_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/tmp")
    monkeypatch.setenv("LC_ALL", "de_DE")
    monkeypatch.setattr(os, "umask", lambda _: 0)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    prepare("limen-x", syslog.LOG_DAEMON, 0o077)
    assert "/tmp" not in os.environ["PATH"]
    assert os.environ["LC_ALL"] == "C"
    monkeypatch.setattr(os, "geteuid", lambda: 1_000)
    with pytest.raises(SystemExit):
        prepare("limen-x", syslog.LOG_DAEMON, 0o077)


def test_a_token_is_piped_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(" t0ken \n")
    with (tmp_path / "token").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert one_time_token() == "t0ken"


def test_it_copies_itself_to_its_place(tmp_path: Path) -> None:
    running, place = tmp_path / "downloaded", tmp_path / "sbin" / "limen-x"
    running.write_text("text")
    install(str(running), place)
    assert (place.read_text(), stat.S_IMODE(place.stat().st_mode)) == ("text", 0o755)
    before = place.stat().st_ino
    install(str(place), place)
    assert place.stat().st_ino == before


@pytest.mark.parametrize("is_there", [True, False])
def test_it_is_a_service_where_systemd_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool) -> None:
    ran: list[str] = []
    monkeypatch.setattr(commands, "SYSTEMD", tmp_path if is_there else tmp_path / "nothing")
    monkeypatch.setattr(commands.subprocess, "run", lambda words, **_: ran.append(" ".join(words)))
    unit = tmp_path / "units" / "limen-x.service"
    enable(unit, "[Unit]")
    enable(tmp_path / "units" / "early.service", "[Unit]", is_started=False)
    assert unit.exists() is is_there
    assert ("systemctl restart limen-x.service" in ran) is is_there
    assert "systemctl restart early.service" not in ran
    disable(unit)
    disable(unit)
    assert not unit.exists()
