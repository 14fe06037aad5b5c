"""The head of a message, in each way in which it is written."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from tests.monitor.normal_form.frames import RECEIVED

from limen.clock import from_iso
from limen.monitor.normal_form.mappers.syslog import head_of


def test_rfc_5424_with_structured_data() -> None:
    said = head_of(
        "<165>1 2026-11-27T09:59:00.003Z wren.harbor.example crond 12 ID47 "
        '[ex@32473 iut="3" v="a\\"b\\]c\\\\"][x y="z"] hi [a="b"]',
        RECEIVED,
    )
    assert (said.facility, said.severity, said.host, said.program, said.pid) == (
        "local4",
        1,
        "wren.harbor.example",
        "crond",
        "12",
    )
    assert said.data == {"ex@32473.iut": "3", "ex@32473.v": 'a"b]c\\', "x.y": "z", "msgid": "ID47"}
    assert (said.body, said.at) == ('hi [a="b"]', from_iso("2026-11-27T09:59:00.003Z"))


@pytest.mark.parametrize(
    ("written", "host", "program", "pid", "body"),
    [
        ("<34>Nov 27 09:59:00 wren sshd[812]: hi", "wren", "sshd", "812", "hi"),
        ("Nov  7 09:59:00 wren kernel: [ 1.2] hi", "wren", "kernel", "", "[ 1.2] hi"),
        ("2026-11-27T09:59:00.123456+01:00 wren postfix/smtpd[2]: hi: x", "wren", "postfix/smtpd", "2", "hi: x"),
        ("<13>Nov 27 09:59:00 sshd: hi", "", "sshd", "", "hi"),
        ("<13>1 - - - - - -", "", "", "", ""),
        ("<13>hi", "", "", "", "hi"),
        ("hi there: x", "", "", "", "hi there: x"),
        ("<999>hi", "", "", "", "<999>hi"),
        ("<-1>hi", "", "", "", "<-1>hi"),
        ('<13>1 2026-11-27T09:59:00Z h p - - [a b="c', "h", "p", "", '[a b="c'),
        ("<13>1 2026-11-27T09:59:00Z", "", "", "", "2026-11-27T09:59:00Z"),
    ],
)
def test_heads_of_old_and_broken_ones(written: str, host: str, program: str, pid: str, body: str) -> None:
    said = head_of(written, RECEIVED)
    assert (said.host, said.program, said.pid, said.body) == (host, program, pid, body)


@given(st.text(max_size=200), st.sampled_from(["", "<13>", "<13>1 ", "<13>1 - - - - - [", "Nov 27 09:59:00 "]))
def test_the_body_is_the_end_of_what_came(written: str, before: str) -> None:
    assert (before + written).endswith(head_of(before + written, RECEIVED).body)
