"""What PAM is told; and a host where people write what it reads is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.enforcement.ssh.limen_ssh_host import pam
from limen.enforcement.ssh.limen_ssh_host.pam import call_from_pam, check_pam, leave_pam
from limen.enforcement.ssh.limen_ssh_host.places import PROGRAM
from limen.following.program.kept import Wrong

BEFORE = "# PAM of sshd\n@include common-auth\nsession required pam_env.so user_readenv=0\n"


@pytest.fixture(autouse=True)
def sshd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pam, "PAM", tmp_path / "sshd")
    (tmp_path / "sshd").write_text(BEFORE)
    (tmp_path / "common-auth").write_text("auth required pam_unix.so\n@include sshd\n")
    return tmp_path / "sshd"


def test_it_is_called_first_and_last_and_leaves_what_was_there(sshd: Path) -> None:
    for _ in range(2):
        call_from_pam()
    lines = sshd.read_text().splitlines()
    assert [str(PROGRAM) in line for line in lines] == [True, True, False, False, False, True]
    assert sshd.stat().st_mode & 0o777 == 0o644
    leave_pam()
    assert sshd.read_text() == BEFORE


@pytest.mark.parametrize(
    "line",
    [
        "session required pam_env.so user_readenv=1",
        "session required pam_env.so envfile=/x user_readenv = yes",
        "session required pam_env.so \\\n  user_readenv=1",
    ],
)
def test_where_people_write_its_environment_it_is_refused_wherever_that_stands(sshd: Path, line: str) -> None:
    check_pam()
    (sshd.parent / "common-auth").write_text(f"{line}\n")
    with pytest.raises(Wrong):
        check_pam()


def test_what_is_commented_out_counts_for_nothing(sshd: Path) -> None:
    (sshd.parent / "common-auth").write_text("# user_readenv=1\n")
    check_pam()


def test_files_that_nobody_reads_to_the_end_are_refused(sshd: Path) -> None:
    sshd.write_text("".join(f"@include f{number}\n" for number in range(60)))
    for number in range(60):
        (sshd.parent / f"f{number}").write_text("")
    with pytest.raises(Wrong):
        check_pam()
