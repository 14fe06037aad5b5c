from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only

from limen.monitor.normal_form.reading import is_unreadable

HEAD = "msg=audit(1795770930.123:42):"


def test_what_is_in_hexadecimal_is_read_and_what_is_quoted_is_not() -> None:
    found = only("auditd", f'type=EXECVE {HEAD} argc=2 a0="DEAD" a1=2F746D702F612062')
    assert (found.fields["a0"], found.fields["a1"], found.command_line) == ("DEAD", "/tmp/a b", "DEAD /tmp/a b")


@pytest.mark.parametrize(
    ("kind", "user", "target"), [("USER_LOGIN", "eve", ""), ("ADD_USER", "1000", "eve"), ("DEL_USER", "1000", "eve")]
)
def test_who_does_something_and_to_whom(kind: str, user: str, target: str) -> None:
    found = only("auditd", f"type={kind} {HEAD} auid=1000 msg='op=x acct=\"eve\" res=success'")
    assert (found.user, found.target_user, found.status_id) == (user, target, 1)


def test_in_syslog_it_is_the_same() -> None:
    found = only(
        "syslog", f"<13>Nov 27 09:15:30 heron audisp-syslog: type=USER_LOGIN {HEAD} msg='acct=\"eve\" res=failed'"
    )
    assert (found.service, found.kind, found.host, found.status_id) == ("auditd", "USER_LOGIN", "heron", 2)


@pytest.mark.parametrize("line", ["", "x", "type=X msg=audit(", "type=X msg=audit(a:b)", "msg=audit(1:2): a1=ZZ a1="])
def test_broken_records(line: str) -> None:
    found = only("auditd", line + " ")
    assert is_unreadable(found) == ("msg=audit(" not in line)
