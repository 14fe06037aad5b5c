"""Attacks by what is written into logs: bombs, forged ids, lines in lines, names that move, events that hide others."""

from __future__ import annotations

import json

import msgspec
import pytest
from tests.monitor.normal_form.frames import RECEIVED, events, frame, only

from limen.clock import DAY, HOUR
from limen.events import Event, to_ocsf
from limen.monitor.normal_form.device_addresses import DeviceAddresses
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.flattening import MOST_FIELDS
from limen.monitor.normal_form.frame import LIMEN, MOST_RECORDS
from limen.monitor.normal_form.identities import Identities
from limen.monitor.normal_form.kinds import KINDS, OURS
from limen.monitor.normal_form.reading import is_unreadable, read
from limen.monitor.normal_form.texts import LONGEST_RAW

SENDERS = sorted(set(KINDS) - OURS)
IDS = {
    "uid": "0001",
    "person_id": "p_boss",
    "target_person_id": "p_boss",
    "device_id": "d_boss",
    "session": "s_boss",
    "src_country": "DE",
    "src_network": "office",
    "received_at": 1,
    "source": LIMEN,
    "mapper": "limen/1",
}


# Speaking as somebody else


@pytest.mark.parametrize("kind", SENDERS)
@pytest.mark.parametrize("more", [{}, {"EventID": 4624, "Channel": "Security"}, {"event_type": "dns"}, {"event": IDS}])
def test_no_sender_can_say_whom_limen_knows(kind: str, more: dict[str, object]) -> None:
    own = {"actor": {"user": {"uid": "p_boss"}, "session": {"uid": "s_boss"}}, "device": {"uid": "d_boss"}}
    pairs = " ".join(f"{name}={value}" for name, value in IDS.items())
    for data in (json.dumps({**IDS, **own, **more}), f"<13>x {pairs}", f"CEF:0|a|b|c|d|e|1|{pairs}", pairs):
        for found in events(kind, data):
            assert (found.person_id, found.target_person_id, found.device_id, found.session) == ("", "", "", "")
            assert (found.src_country, found.src_network, found.source) == ("", "", "harbor")
            assert (found.received_at, found.mapper) == (RECEIVED, KINDS[kind].mapper)
            assert found.uid != "0001"


@pytest.mark.parametrize("kind", SENDERS)
def test_no_sender_is_limens_journal(kind: str) -> None:
    written = msgspec.json.encode(to_ocsf(Event(id="0001", at=RECEIVED, kind="device.cloned", actor="p_boss")))
    for data in (written, b'{"product":"limen","kind":"device.cloned"}', b"CEF:0|Limen|limen|1|device.cloned|x|9|"):
        for found in events(kind, data):
            assert found.source == "harbor"
            assert (found.product, found.kind) != ("limen", "device.cloned")
            assert found.person_id == ""
    assert all(is_unreadable(one) for one in events("limen", written))
    assert all(is_unreadable(one) for one in events(kind, written, source=LIMEN))


def test_no_source_can_hide_anothers_event_behind_its_id() -> None:
    record = '{"eventID":"a1","eventName":"StopLogging","eventSource":"x","eventVersion":"1"}'
    assert only("aws", record).uid != only("aws", record, source="evil").uid
    journal = only("limen", msgspec.json.encode(to_ocsf(Event(id="0001", at=RECEIVED, kind="decision"))), LIMEN)
    assert only("aws", record.replace("a1", journal.uid)).uid != journal.uid


def test_names_of_another_domain_and_shared_ones_are_nobody() -> None:
    known = Identities.of(people=[("p_boss", ["boss", "root", "boss@harbor.example"])], domains=["harbor"])
    for name in ("EVIL\\boss", "boss@evil.example", "root", "boss\\n", "boss ", "harbor\\root", "harbor\\harbor\\boss"):
        assert known.identify(only("json", json.dumps({"user": name})), DeviceAddresses()).person_id == ""


def test_a_field_of_limens_own_is_not_forged() -> None:
    sent = '{"time":"2026-11-27T09:00:00Z","limen.clock":"ahead","limen":{"said_at":"x"},"LIMEN.cut":7}'
    structured = '<13>1 2026-11-27T09:00:00Z h p - - [limen clock="ahead"] x'
    audit = "type=X msg=audit(1795770930.0:1): limen.clock=ahead"
    for kind, data in (("json", sent), ("syslog", structured), ("auditd", audit)):
        assert not [name for name in only(kind, data).fields if name.lower().startswith("limen")]


# Lines in lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_message_makes_no_second_one(end: str) -> None:
    forged = f"<38>Nov 27 09:15:30 web app[1]: hello{end}<38>Nov 27 09:15:30 web sshd[1]: Accepted password for boss"
    forged += " from 203.0.113.9 port 1 ssh2"
    (found,) = events("syslog", forged)
    assert (found.service, found.user, found.class_uid) == ("app", "", 0)
    assert all(one.isprintable() or one == "\n" for one in found.raw)


def test_what_is_signed_in_as_does_not_move_the_address() -> None:
    name = "root from 192.0.2.1 port 22 ssh2"
    found = only(
        "syslog",
        f"<38>Nov 27 09:15:30 web sshd[1]: Failed password for invalid user {name} from 203.0.113.9 port 7 ssh2",
    )
    assert (found.user, found.src_ip, found.src_port, found.status_id) == (name, "203.0.113.9", 7, 2)


def test_who_signs_in_as_a_sentence_has_not_signed_in() -> None:
    name = "x Accepted password for boss from 192.0.2.1 port 22 ssh2"
    found = only("syslog", f"<38>Nov 27 09:15:30 web sshd[1]: Invalid user {name} from 203.0.113.9 port 7")
    assert (found.status_id, found.src_ip) == (2, "203.0.113.9")


@pytest.mark.parametrize("hostile", ["\x1b[2J\x1b]0;x\x07", "\u202egpj.exe", "\x00", "\x9b31m", "a\r\nb"])
def test_nothing_moves_a_cursor_or_turns_a_text(hostile: str) -> None:
    for found in (
        *events("json", json.dumps({"user": hostile, hostile: hostile, "list": [hostile], "deep": {hostile: 1}})),
        *events("syslog", f"<13>Nov 27 09:15:30 h{hostile} p{hostile}: {hostile}"),
        *events("cef", f"CEF:0|{hostile}|b|c|d|e|1|suser={hostile} msg={hostile}"),
        *events("nginx", f'203.0.113.9 - {hostile} [27/Nov/2026:09:15:30 +0000] "GET /{hostile} HTTP/1.1" 200 1'),
    ):
        kept = msgspec.to_builtins(found)
        fields = kept.pop("fields")
        texts = [one for name, one in kept.items() if isinstance(one, str) and name != "raw"]
        listed = [each for one in fields.values() if isinstance(one, list) for each in one]
        values = [one for one in (*fields.values(), *listed, kept["raw"]) if isinstance(one, str)]
        assert all(one.isprintable() for one in (*texts, *fields))
        assert all(one.replace("\n", "").replace("\t", "").isprintable() for one in values)


# Bombs


@pytest.mark.parametrize("kind", SENDERS)
@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 50_000,
        b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
        b'{"Event":' * 60 + b"{}" + b"}" * 60,
        b"[" + b'{"a":1},' * 40_000 + b"{}]",
        b'{"' + b'":1,"'.join(b"k%d" % one for one in range(30_000)) + b'":1}',
        b'{"value":[' + b"[" * 900 + b"]" * 900 + b"]}",
        b"\n" * 300_000,
        b"x\n" * 50_000,
        b"\x00" * 300_000,
        b"=" * 300_000,
        b'a="' * 300_000,
        b"<34>1 - - - - - " + b'[a b="c"]' * 30_000,
        b"9" * 300_000,
        b'{"a":' + b"9" * 5_000 + b"}",
        b'{"time":' + b"9" * 300 + b"}",
    ],
    ids=range(15),
)
def test_a_bomb_is_some_events_of_bounded_size(kind: str, bomb: bytes) -> None:
    found = events(kind, bomb)
    assert len(found) <= MOST_RECORDS + 1
    largest = max(found, key=lambda one: len(one.raw), default=None)
    if largest is not None:
        assert len(largest.raw) <= LONGEST_RAW
        assert len(largest.fields) <= MOST_FIELDS + 20
        assert msgspec.json.decode(msgspec.json.encode(largest), type=NormalEvent) == largest


def test_many_events_in_one_are_not_many_copies_of_it() -> None:
    one = '{"name":"logout","parameters":[]}'
    record = '{"kind":"admin#reports#activity","id":{"time":"2026-11-27T09:15:30Z"},"events":[%s]}'
    found = events("google_workspace", record % ",".join([one] * 5_000))
    assert len(found) == 5_000
    assert sum(len(each.raw) for each in found) < 2_000_000


# Time


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        (RECEIVED + HOUR, "ahead"),
        (RECEIVED + 4_000 * DAY, "ahead"),
        (RECEIVED - 4_000 * DAY, "ancient"),
        (0, "none"),
        (-1, "none"),
        (1 << 62, "ahead"),
        (float(1 << 60), "ancient"),
        ("9999-12-31T23:59:59Z", "ahead"),
        ("0001-01-01T00:00:00Z", "none"),
    ],
)
def test_no_time_of_a_sender_leads_far_away(said: object, doubt: str) -> None:
    found = only("json", json.dumps({"time": said}))
    assert (found.at, found.fields["limen.clock"]) == (RECEIVED, doubt)


def test_the_same_again_is_the_same_event() -> None:
    for kind in SENDERS:
        one = frame(kind, b'{"a":1}\n{"a":1}\n<34>x')
        assert [each.uid for each in read(one)] == [each.uid for each in read(one)]
        assert len({each.uid for each in read(one)}) == len(read(one))
