"""Whatever comes becomes events, with ids that are the same when the same comes again."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.monitor.normal_form.frames import RECEIVED, events, frame, only

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.kinds import KINDS, OURS
from limen.monitor.normal_form.reading import again, is_unreadable, read
from limen.printable import visible

NAMES = sorted(KINDS)
SNIPPETS = [
    *(
        b'{"',
        b'":',
        b"[",
        b"]",
        b"}",
        b"<34>",
        b"1 ",
        b"Nov 27 09:00:00 ",
        b"sshd[1]: ",
        b"Failed password for ",
        b" from ",
    ),
    *(
        b"CEF:0|",
        b"|",
        b"=",
        b'"',
        b"\\",
        b"\n",
        b"\x00",
        b"\xff",
        b"\xed\xa0\x80",
        b"LEEF:2.0|",
        b"type=SYSCALL msg=audit(",
    ),
    *(b'{"EventID":4624}', b'{"Event":{"System":{}}}', b'{"event":1}', b'{"Records":[{}]}', b"[[", b"1e999", b"9" * 30),
]


@settings(max_examples=size(2_000), deadline=None)
@given(st.sampled_from(NAMES), st.one_of(st.binary(max_size=400), st.lists(st.sampled_from(SNIPPETS)).map(b"".join)))
def test_it_reads_whatever_comes_the_same_each_time_and_it_can_be_kept(kind: str, data: bytes) -> None:
    one = frame(kind, data, kind if kind in OURS else "harbor")
    found = read(one)
    assert found == read(one)
    assert [msgspec.json.decode(msgspec.json.encode(event), type=NormalEvent) for event in found] == found
    assert len({event.uid for event in found}) == len(found)
    assert all(event.at - 300_000 <= RECEIVED for event in found)
    for event in found:
        texts = [one for one in (event.raw, *event.fields.values()) if isinstance(one, str)]
        assert all(visible(one) == one for one in texts)
        assert all(name.isprintable() for name in event.fields)


@settings(max_examples=size(500), deadline=None)
@given(st.binary(min_size=1, max_size=300).filter(lambda data: data.strip(b" \r\n\t\x0b\x0c\0[]\xef\xbb\xbf") != b""))
@pytest.mark.parametrize("kind", ["json", "syslog", "syslog_file"])
def test_nothing_that_comes_is_dropped(kind: str, data: bytes) -> None:
    assert events(kind, data)


def test_the_same_record_of_the_same_source_is_the_same_event_and_of_another_is_another() -> None:
    record = '{"user":"jane"}'
    assert only("json", record).uid == only("json", record).uid
    assert only("json", record, "crane").uid != only("json", record).uid
    twice = events("json", f"{record}\n{record}")
    assert len({one.uid for one in twice}) == 2
    assert twice[0].uid == only("json", record).uid


def test_a_message_that_comes_twice_was_sent_twice() -> None:
    line = "<34>Nov 27 09:59:58 wren sshd[9]: Connection closed by 203.0.113.9 port 22"
    first, second = frame("syslog", line), frame("syslog", line, received_at=RECEIVED + 1)
    assert read(first)[0].uid == read(first)[0].uid != read(second)[0].uid


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("json", "{bad", "no_json"),
        ("json", "[" * 100_000, "no_json"),
        ("json", '{"a":' * 5_000 + "1" + "}" * 5_000, "no_json"),
        ("json", "17", "no_object"),
        ("json", '{"a":"' + "x" * 300_000 + '"}', "too_long"),
        ("json", b'{"a":"\xff"}', "no_json"),
        ("nothing like it", "{}", "no_such_kind"),
        ("limen", "{}", "no_such_kind"),
    ],
)
def test_what_cannot_be_read_is_kept_and_says_why(kind: str, data: str | bytes, reason: str) -> None:
    found = only(kind, data)
    assert is_unreadable(found)
    assert (found.reason, found.at, found.source) == (reason, RECEIVED, "harbor")
    assert found.raw[:20]
    assert found.raw[:4] == (data if isinstance(data, str) else '{"a"')[:4]


def test_records_around_a_broken_one_are_read() -> None:
    assert [is_unreadable(one) for one in events("json", '{"a":1}\n{bad\n{"a":2}')] == [False, True, False]


def test_reading_anew_keeps_who_and_when_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    before = only("json", '{"user":"jane","src_ip":"203.0.113.9","time":"2026-11-27T09:00:00Z"}')
    assert again(before) is before
    before.mapper, before.user, before.person_id, before.device_id = "json/0", "", "p_jane", "d_wren"
    after = again(before)
    assert (after.mapper, after.user) == (KINDS["json"].mapper, "jane")
    assert (after.uid, after.at, after.person_id, after.device_id) == (before.uid, before.at, "p_jane", "d_wren")


def test_an_unreadable_event_is_not_read_worse_than_it_was() -> None:
    before = only("json", "{bad")
    before.mapper = "json/0"
    assert again(before) is before
