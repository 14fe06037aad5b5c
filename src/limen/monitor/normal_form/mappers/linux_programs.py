"""What the programs of Linux say about sign-ins, privileges, accounts and jobs, as they write it themselves.

After the sources of OpenSSH, sudo, util-linux, shadow, Linux-PAM and cronie.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.monitor.normal_form.classes import (
    ACCOUNT_CHANGED,
    ACCOUNT_CREATED,
    ACCOUNT_DELETED,
    GROUP_CREATED,
    GROUP_DELETED,
    JOB_DELETED,
    JOB_STARTED,
    JOB_UPDATED,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    PASSWORD_CHANGED,
    PRIVILEGES_GIVEN,
    PRIVILEGES_REFUSED,
    SIGN_IN_FAILED,
    SIGNED_IN,
    SIGNED_OUT,
)
from limen.monitor.normal_form.templates import Line

_NOBODY: Final = {**SIGN_IN_FAILED, "reason": "unknown_user"}

SSHD: Final = (
    Line("Accepted {method} for {*user} from {src_ip} port {src_port} ssh2", SIGNED_IN),
    Line("Accepted {method} for {*user} from {src_ip} port {src_port} ssh2: {key_type} {key}", SIGNED_IN),
    Line("Failed {method} for invalid user {*user} from {src_ip} port {src_port} ssh2", _NOBODY),
    Line("Failed {method} for {*user} from {src_ip} port {src_port} ssh2", SIGN_IN_FAILED),
    Line("Failed {method} for {*user} from {src_ip} port {src_port} ssh2: {key_type} {key}", SIGN_IN_FAILED),
    Line("Invalid user {*user} from {src_ip} port {src_port}", {**_NOBODY, "activity_id": 6}),
    Line("User {*user} from {src_ip} not allowed because not listed in AllowUsers", SIGN_IN_FAILED),
    Line("User {user} from {src_ip} not allowed because {*reason}", SIGN_IN_FAILED),
    Line(
        "error: maximum authentication attempts exceeded for {*user} from {src_ip} port {src_port} ssh2 [preauth]",
        {**SIGN_IN_FAILED, "reason": "too_many_attempts"},
    ),
    Line("Disconnected from user {*user} {src_ip} port {src_port}", SIGNED_OUT),
)

SUDO: Final = (
    Line("{user} : TTY={tty} ; PWD={~pwd} ; USER={target_user} ; COMMAND={*command_line}", PRIVILEGES_GIVEN),
    Line("{user} : TTY={tty} ; PWD={~pwd} ; USER={target_user} ; {~more} ; COMMAND={*command_line}", PRIVILEGES_GIVEN),
    Line(
        "{user} : {~reason} ; TTY={tty} ; PWD={~pwd} ; USER={target_user} ; COMMAND={*command_line}",
        PRIVILEGES_REFUSED,
    ),
)

SU: Final = (
    Line("(to {target_user}) {user} on {tty}", PRIVILEGES_GIVEN),
    Line("FAILED SU (to {target_user}) {user} on {tty}", PRIVILEGES_REFUSED),
    Line("Successful su for {target_user} by {user}", PRIVILEGES_GIVEN),
    Line("FAILED su for {target_user} by {user}", PRIVILEGES_REFUSED),
)

PAM: Final = (
    Line(
        "pam_unix({pam}:session): session opened for user {target_user}(uid={uid}) by {user}(uid={by_uid})", SIGNED_IN
    ),
    Line("pam_unix({pam}:session): session opened for user {target_user}(uid={uid}) by (uid={by_uid})", SIGNED_IN),
    Line("pam_unix({pam}:session): session opened for user {target_user} by {*user}(uid={by_uid})", SIGNED_IN),
    Line("pam_unix({pam}:session): session closed for user {target_user}", SIGNED_OUT),
    Line("pam_unix({pam}:chauthtok): password changed for {target_user}", PASSWORD_CHANGED),
    Line("pam_unix({pam}:auth): authentication failure; {*pairs}", SIGN_IN_FAILED),
    Line("pam_faillock({pam}:auth): Consecutive login failures for user {target_user} account temporarily locked"),
)
"""Of every program that signs people in by PAM."""

CRON: Final = (
    Line("({user}) CMD ({*command_line})", JOB_STARTED),
    Line("({user}) RELOAD ({*object})", JOB_UPDATED),
    Line("({user}) REPLACE ({target_user})", JOB_UPDATED),
    Line("({user}) DELETE ({target_user})", JOB_DELETED),
)

ACCOUNTS: Final = (
    Line("new user: name={target_user}, UID={uid}, GID={gid}, {*more}", ACCOUNT_CREATED),
    Line("delete user '{target_user}'", ACCOUNT_DELETED),
    Line("new group: name={object}, GID={gid}", GROUP_CREATED),
    Line("group '{object}' removed", GROUP_DELETED),
    Line("add '{target_user}' to group '{object}'", MEMBER_ADDED),
    Line("delete '{target_user}' from group '{object}'", MEMBER_REMOVED),
    Line("user {target_user} added by {user} to group {object}", MEMBER_ADDED),
    Line("user {target_user} removed by {user} from group {object}", MEMBER_REMOVED),
    Line("change user '{target_user}' {*more}", ACCOUNT_CHANGED),
    Line("lock user '{target_user}' password", {**ACCOUNT_CHANGED, "activity_id": 9}),
    Line("unlock user '{target_user}' password", {**ACCOUNT_CHANGED, "activity_id": 12}),
)

PROGRAMS: Final[Mapping[str, tuple[Line, ...]]] = {
    "sshd": SSHD,
    "sshd-session": SSHD,
    "sudo": SUDO,
    "su": SU,
    **dict.fromkeys(("cron", "crond", "crontab"), CRON),
    **dict.fromkeys(
        ("useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod", "gpasswd", "passwd", "chpasswd"), ACCOUNTS
    ),
}
"""Which lines a program may say, by its name in small letters."""
SERVICES: Final[Mapping[str, str]] = {
    "sshd-session": "sshd",
    "crond": "cron",
    "crontab": "cron",
    "kernel": "syslog",
    "clamd": "clamav",
    "freshclam": "clamav",
    "audit": "auditd",
    "audispd": "auditd",
    "audisp-syslog": "auditd",
    "httpd": "apache",
    "apache2": "apache",
}
"""What Sigma's rules call a program's log, where it is not its name."""
