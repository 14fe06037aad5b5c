from __future__ import annotations

import json

import pytest
from tests.monitor.normal_form.frames import only

ENTRY = {
    "__REALTIME_TIMESTAMP": "1795770930000000",
    "MESSAGE": "Accepted password for root from 203.0.113.9 port 1 ssh2",
}


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ({"SYSLOG_IDENTIFIER": "sshd", "_UID": "0", "_COMM": "sshd"}, "sshd"),
        ({"SYSLOG_IDENTIFIER": "sshd"}, "sshd"),
        ({"SYSLOG_IDENTIFIER": "sshd", "_UID": "1000", "_COMM": "logger", "_EXE": "/usr/bin/logger"}, "logger"),
        ({"SYSLOG_IDENTIFIER": "sudo", "_UID": "1000", "_COMM": "sudo", "_EXE": "/usr/bin/sudo"}, "sudo"),
        ({"SYSLOG_IDENTIFIER": "app", "_UID": "1000", "_COMM": "python"}, "app"),
        ({"_COMM": "python"}, "python"),
    ],
)
def test_nobody_but_root_is_believed_to_be_another_program(said: dict[str, str], service: str) -> None:
    found = only("journald", json.dumps({**ENTRY, **said}))
    assert (found.service, found.status_id) == (service, 1 if service == "sshd" else 0)


def test_it_is_known_by_its_cursor() -> None:
    one = only("journald", json.dumps({**ENTRY, "__CURSOR": "a"}))
    again = only("journald", json.dumps({**ENTRY, "__CURSOR": "a", "MESSAGE": [72, 105, 255, "x", -1]}))
    assert (one.uid, again.fields["message"]) == (again.uid, "Hi\\xff")
