from __future__ import annotations

from tests.monitor.normal_form.frames import events, only


def test_a_message_of_a_program_without_a_table() -> None:
    found = only("syslog", "<30>Nov 27 09:59:00 wren chronyd[7]: Selected source 192.0.2.1")
    assert (found.product, found.service, found.host, found.severity_id) == ("linux", "chronyd", "wren", 1)
    assert found.fields["message"] == "Selected source 192.0.2.1"


def test_a_line_end_makes_no_second_message() -> None:
    forged = (
        "<34>Nov 27 09:59:00 wren app: x\n<34>Nov 27 09:59:00 wren sshd[1]: Accepted password for root from 192.0.2.1"
    )
    (found,) = events("syslog", forged)
    assert (found.service, found.status_id) == ("app", 0)
    assert len(events("syslog_file", "Nov 27 09:59:00 wren app: x\nNov 27 09:59:00 wren app: y\n")) == 2
