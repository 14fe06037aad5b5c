"""Enrolment: by a token, by a person, and what is refused or lost on the way."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from agent.tests.fake_limen import TOKEN

from limen_agent import enrolling as module
from limen_agent.cli.enrol import read_token
from limen_agent.cli.main import main
from limen_agent.enrolling import Enrolling
from limen_agent.errors import AgentError
from limen_agent.keys.file_key import FileKey
from limen_agent.state.enrolment import NAME, read_enrolment
from limen_agent.wire.connection import Connection, RefusedError


def test_one_command_with_a_token_in_a_file_enrols(limen, ca, folder, tmp_path, capsys) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    words = ["--state", str(folder.path), "enrol", limen.address, "--ca", ca, "--token-file", str(tmp_path / "token")]
    assert main([*words, "--key", "file"]) == 0
    enrolment = read_enrolment(folder)
    assert (enrolment.owner, enrolment.company, enrolment.key_storage) == ("Ida Quay", "Harbor", "file")
    assert enrolment.device in limen.devices
    assert limen.enrolments[0]["token"] == TOKEN
    assert {file.stat().st_mode & 0o777 for file in folder.path.iterdir()} == {0o600}
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert TOKEN not in capsys.readouterr().out
    assert main([*words, "--key", "file"]) == 1  # an enrolled device is not enrolled over


def test_the_token_may_come_by_the_input_and_is_never_an_argument(limen, ca, folder) -> None:
    command = [sys.executable, "-m", "limen_agent", "--state", str(folder.path), "enrol", limen.address, "--ca", ca]
    done = subprocess.run(
        [*command, "--token-file", "-"], input=TOKEN, capture_output=True, text=True, check=False, env=with_path()
    )
    assert done.returncode == 0, done.stderr
    assert (
        subprocess.run([*command, "--token", TOKEN], capture_output=True, check=False, env=with_path()).returncode == 2
    )


def with_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_without_a_token_a_person_is_shown_address_and_code_and_waited_for(limen, ca, folder) -> None:
    shown = []
    limen.is_confirmed = False

    def confirm(_seconds: float) -> None:
        limen.is_confirmed = len(limen.finishes) >= 2

    key = FileKey.create(folder)
    enrolling = Enrolling(
        Connection(limen.address, ca), key, "", wait=lambda *words: shown.append(words), sleep=confirm
    )
    enrolling.enrol(folder, ca)
    assert shown == [(f"{limen.address}/devices/enrol", "WDJB-MJHT")]
    assert "token" not in limen.enrolments[0]
    assert len(limen.finishes) == 3


def test_nobody_who_confirms_in_time_ends_it(limen, ca, folder, monkeypatch) -> None:
    limen.is_confirmed = False
    monkeypatch.setattr(module, "LONGEST_S", -10)
    enrolling = Enrolling(
        Connection(limen.address, ca), FileKey.create(folder), "", wait=lambda *_: None, sleep=lambda _: None
    )
    with pytest.raises(AgentError, match="nobody confirmed"):
        enrolling.enrol(folder)
    assert not folder.has(NAME)


@pytest.mark.parametrize("token", ["lmn_dev_guessed", TOKEN])
def test_a_token_that_is_guessed_or_used_enrols_nothing(limen, ca, folder, token) -> None:
    limen.used_tokens.add(TOKEN)
    enrolling = Enrolling(Connection(limen.address, ca), FileKey.create(folder), token, wait=lambda *_: None)
    with pytest.raises(RefusedError) as refused:
        enrolling.enrol(folder)
    assert (refused.value.status, refused.value.error) == (403, "refused")
    assert not folder.has(NAME)


def test_a_stale_nonce_is_renewed_once(limen, ca, folder) -> None:
    enrolling = Enrolling(Connection(limen.address, ca), FileKey.create(folder), TOKEN, wait=lambda *_: None)
    first = limen.enrol

    def enrol(signed):
        status, answer = first(signed)
        limen.nonces.clear()
        return status, answer

    limen.enrol = enrol
    assert enrolling.enrol(folder).device in limen.devices


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"state": "enrolled"}', b'{"a":' * 20 + b"1" + b"}" * 20, b"\xff"]
)
def test_an_answer_that_is_not_limens_enrols_nothing(limen, ca, folder, body) -> None:
    limen.instead = lambda _path, _signed: (200, {}, body)
    enrolling = Enrolling(Connection(limen.address, ca), FileKey.create(folder), TOKEN, wait=lambda *_: None)
    with pytest.raises(AgentError):
        enrolling.enrol(folder)
    assert not folder.has(NAME)


@pytest.mark.parametrize("content", ["", " \n", "two words", "x" * 600, "nö"])
def test_what_is_no_token_is_said_before_anything_is_sent(tmp_path, content) -> None:
    (tmp_path / "token").write_text(content)
    with pytest.raises(AgentError):
        read_token(str(tmp_path / "token"))


@pytest.mark.parametrize(
    "typed",
    [
        "http://login.harbor.example",
        "ftp://x",
        "https://",
        "https://a b",
        "https://ida@login.harbor.example",
        "https://login.harbor.example/path",
        "https://login.harbor.example?x",
        "https://x:99999999",
    ],
)
def test_an_address_that_is_not_https_is_refused(folder, typed, capsys) -> None:
    assert main(["--state", str(folder.path), "enrol", typed]) == 1
    assert "https" in capsys.readouterr().err
