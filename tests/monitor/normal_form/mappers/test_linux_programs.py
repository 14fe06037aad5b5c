from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only


def said(program: str, body: str) -> tuple[int, int, int, str, str]:
    found = only("syslog", f"<38>Nov 27 09:15:30 heron {program}[1]: {body}")
    return found.class_uid, found.activity_id, found.status_id, found.user, found.target_user


@pytest.mark.parametrize(
    ("program", "body", "found"),
    [
        ("sshd", "Invalid user x y from 203.0.113.9 port 1", (3002, 6, 2, "x y", "")),
        ("sshd", "User tom from 203.0.113.9 not allowed because account is locked", (3002, 1, 2, "tom", "")),
        ("sudo", "jane : TTY=pts/0 ; PWD=/ ; USER=root ; ENV=A=1 ; COMMAND=/bin/ls", (3003, 1, 1, "jane", "root")),
        ("sudo", "jane : command not allowed ; TTY=x ; PWD=/ ; USER=root ; COMMAND=/a", (3003, 1, 2, "jane", "root")),
        ("su", "Successful su for root by jane", (3003, 1, 1, "jane", "root")),
        ("gpasswd", "user eve added by root to group sudo", (3006, 3, 1, "root", "eve")),
        ("userdel", "delete user 'eve'", (3001, 6, 1, "", "eve")),
        ("crontab", "(jane) REPLACE (root)", (1006, 2, 0, "jane", "root")),
        ("login", "pam_unix(login:auth): authentication failure; uid=0 rhost= user=tom", (3002, 1, 2, "tom", "")),
        ("sshd", "something else", (0, 0, 0, "", "")),
    ],
)
def test_lines(program: str, body: str, found: tuple[int, int, int, str, str]) -> None:
    assert said(program, body) == found


def test_one_sign_in_that_two_say_counts_once() -> None:
    failed = "pam_unix(sshd:auth): authentication failure; rhost=203.0.113.9 user=tom"
    gone = "Disconnected from user tom 203.0.113.9 port 7"
    assert said("sshd", failed)[:3] == (0, 0, 0)
    opened = "pam_unix(sshd:session): session opened for user tom(uid=1) by (uid=0)"
    assert said("sshd", opened)[:3] == (0, 0, 0)
    assert said("sshd", gone)[:3] == (3002, 2, 0)
