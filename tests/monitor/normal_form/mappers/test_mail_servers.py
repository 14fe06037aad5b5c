from __future__ import annotations

from tests.monitor.normal_form.frames import only


def test_a_name_that_pretends_to_be_an_address() -> None:
    forged = "user=<x>, rip=192.0.2.1, method=y>"
    line = f"imap-login: Disconnected (auth failed, 1 attempts): {forged}, method=PLAIN, rip=203.0.113.9, lip=192.0.2.2"
    found = only("syslog", f"<22>Nov 27 09:15:30 mail dovecot: {line}")
    assert (found.status_id, found.app, found.src_ip) == (2, "imap", "203.0.113.9")


def test_other_lines_are_messages() -> None:
    found = only("syslog", "<22>Nov 27 09:15:30 mail dovecot: imap(jane): Logged out in=1 out=2")
    assert (found.class_uid, found.service) == (0, "dovecot")
