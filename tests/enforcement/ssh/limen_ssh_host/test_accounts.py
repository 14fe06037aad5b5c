"""Whose an account is; with a real host: tests/attacks/test_ssh.py."""

from __future__ import annotations

import pwd
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from limen.enforcement.ssh.limen_ssh_host import accounts
from limen.enforcement.ssh.limen_ssh_host.accounts import adopt, create, is_own, is_root, mark_of
from limen.enforcement.ssh.limen_ssh_host.places import KEPT, RUN
from limen.following.program.kept import Wrong


@pytest.fixture(autouse=True)
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been run; the host has `ida` and `daemon`."""
    commands: list[str] = []
    uids = {"ida": 1_001, "daemon": 2}

    def known(name: str) -> SimpleNamespace:
        return SimpleNamespace(pw_uid=uids[name])

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        commands.append(" ".join(words))
        uids[words[-1]] = 1_002
        return subprocess.CompletedProcess(words, 0)

    for one in (KEPT, RUN):
        monkeypatch.setattr(one, "folder", tmp_path)
    monkeypatch.setattr(pwd, "getpwnam", known)
    monkeypatch.setattr(accounts.subprocess, "run", run)
    monkeypatch.setattr(accounts, "shut_jobs", lambda _: None)
    return commands


def test_an_account_is_created_once_and_is_theirs(ran: list[str]) -> None:
    create("kim")
    create("kim")
    assert [one.split()[0] for one in ran] == ["useradd"]
    assert is_own("kim")


def test_an_account_that_was_here_before_is_nobodys_until_root_says_so(ran: list[str]) -> None:
    create("ida")
    assert (ran, is_own("ida")) == ([], False)
    adopt("ida")
    assert is_own("ida")


@pytest.mark.parametrize("name", ["daemon", "nobody-knows", "", "../x", "-r"])
def test_what_is_the_systems_or_no_account_is_adopted_by_nobody(name: str) -> None:
    with pytest.raises(Wrong):
        adopt(name)
    assert not is_own(name)


@pytest.mark.parametrize("name", ["root; reboot", "Ida", "", "a" * 33])
def test_nothing_but_a_name_of_limens_is_created(ran: list[str], name: str) -> None:
    with pytest.raises(Wrong):
        create(name)
    assert ran == []


def test_another_of_that_name_is_not_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    adopt("ida")
    monkeypatch.setattr(pwd, "getpwnam", lambda _: SimpleNamespace(pw_uid=1_003))
    assert not is_own("ida")


def test_a_name_that_the_host_does_not_know_may_be_root() -> None:
    assert (is_root("nobody-knows"), is_root("ida")) == (True, False)


def test_who_was_erased_is_a_mark() -> None:
    assert mark_of("ida") != mark_of("kim")
    assert len(mark_of("ida")) == 32
