"""A Limen that was taken over, or whatever else answers in its place: floods, loops, escapes, text that is none.

Certificates, redirects and answers that are too long, too deep or endless are in tests/test_wire.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import pytest
from agent.tests.test_enrolling import with_path

from limen_agent.bounded_json import read_object
from limen_agent.cli import report
from limen_agent.cli.main import main
from limen_agent.proof.request import Asked, Said, judge
from limen_agent.service import service as module
from limen_agent.state.record import Record, read_record
from limen_agent.wire.events import Event

HOSTILE = "\x1b]0;all good\x07\x9b2J\u202e"


def stream_of(*events: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "text/event-stream"}, "".join(events).encode()


def test_a_stream_that_is_ended_at_once_is_not_asked_for_again_and_again(service, monkeypatch) -> None:
    opened, waits = [], []

    def instead(path, _signed):
        opened.append(path)
        return stream_of('event: hello\ndata: {"nonce": "n_1"}\n\n')

    class Stopping(threading.Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            if len(waits) == 12:
                self.set()
            return self.is_set()

    service.limen.instead = instead
    service.service.stopping = Stopping()
    service.service.listen()
    assert len(opened) == 12
    assert waits[-1] >= 150


def test_whoever_says_slow_down_to_a_stream_is_heard(service) -> None:
    waits = []

    class Stopping(threading.Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            self.set()
            return True

    service.limen.instead = lambda *_: (429, {}, b'{"error": "slow_down", "retry_after": 500}')
    service.service.stopping = Stopping()
    service.service.listen()
    assert waits == [500]


def test_a_flood_of_events_is_hung_up_on(service) -> None:
    sent = [f'event: settings\ndata: {{"report_every_s": {100 + number}}}\n\n' for number in range(1000)]
    service.limen.instead = lambda *_: stream_of(*sent)
    service.service._hear_all()
    assert service.service._client.enrolment.report_every_s == 100 + module.MOST_EVENTS - 1
    assert len(service.said) == 1


def test_a_flood_of_rechecks_does_not_look_at_what_costs_much_each_time(service) -> None:
    for _ in range(module.MOST_RECHECKS + 20):
        service.service.hear(Event("recheck", {"checks": ["updates"]}))
        service.service.serve(service.service.wishes.take(0))
    assert service.looked.count({"updates"}) == module.MOST_RECHECKS
    assert len(service.limen.reports) == module.MOST_RECHECKS


def test_a_flood_of_greetings_in_quarantine_starts_no_flood_of_threads(service) -> None:
    service.service.hear(Event("ended", {"why": "quarantined"}))
    before = threading.active_count()
    for _ in range(200):
        service.service.hear(Event("hello", {"nonce": "n_1"}))
    try:
        time.sleep(0.1)
        assert threading.active_count() <= before + 3
    finally:
        service.service._waking.cancel()


@pytest.mark.parametrize("said", [0, -1, 10**9, 10**4000, True, "300", None, [], 1.5])
def test_an_interval_of_nothing_or_for_ever_is_brought_within_bounds(service, said) -> None:
    service.limen.answer = {"compliance": "compliant", "report_every_s": said, "checks": []}
    service.service.hear(Event("settings", {"report_every_s": said}))
    service.service.wishes.add("asked")
    wait_s = service.service.serve(service.service.wishes.take(0))
    assert 27 <= wait_s <= 3600


def test_a_clock_that_was_put_back_does_not_put_off_the_next_report(service) -> None:
    service.service.wishes.add("start")
    service.service.serve(service.service.wishes.take(0))
    service.service._record.next_at += 30 * 86_400
    service.service.notice({"firewall"})
    assert service.service.serve(service.service.wishes.take(0)) <= 3600


@pytest.mark.parametrize(
    "text",
    [b'{"a": "\\ud800"}', b'{"\\udfff": 1}', b'{"a": ["\xed\xa0\x80"]}', '{"a": 1}'.encode("utf-16"), b'{"a": "\xff"}'],
)
def test_text_that_nobody_could_write_down_is_no_answer(text) -> None:
    with pytest.raises(ValueError):
        read_object(text)


def test_half_a_letter_in_an_answer_does_not_end_the_service(service) -> None:
    body = b'{"nonce": "n_1", "compliance": "compliant", "checks": [{"id": "os", "sentence": "\\ud83d"}]}'
    service.limen.instead = lambda *_: (200, {}, body)
    service.service.wishes.add("start")
    service.service.serve(service.service.wishes.take(0))
    assert read_record(service.folder).problem


def test_no_command_prints_what_steers_a_terminal(enrolled, capsys, monkeypatch) -> None:
    monkeypatch.setattr(report, "look", lambda *_: ())
    words = ["--state", str(enrolled.folder.path)]
    enrolled.limen.answer = {
        "compliance": HOSTILE,
        "report_every_s": 300,
        "checks": [{"id": HOSTILE, "verdict": "fail", "sentence": HOSTILE, "steps": [HOSTILE], HOSTILE: HOSTILE}],
    }
    Record().keep(enrolled.folder)
    assert main([*words, "report"]) == 0
    main([*words, "status"])
    main([*words, "status", "--json"])
    refused = {"error": "refused", "message": HOSTILE, "mend": HOSTILE}
    enrolled.limen.instead = lambda *_: (403, {}, json.dumps(refused).encode())
    assert main([*words, "report"]) == 1
    printed = capsys.readouterr()
    assert all(line.isprintable() for line in (printed.out + printed.err).splitlines())


def test_a_terminal_that_has_no_such_letter_is_told_all_the_same(enrolled, monkeypatch) -> None:
    monkeypatch.setattr(report, "look", lambda *_: ())
    enrolled.limen.answer = {"compliance": "compliant", "checks": [{"id": "os", "sentence": "Ü" * 400}]}
    assert main(["--state", str(enrolled.folder.path), "report"]) == 0
    command = [sys.executable, "-m", "limen_agent", "--state", str(enrolled.folder.path), "status"]
    environ = {**with_path(), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, check=False, env=environ)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"os " in done.stdout


def test_an_origin_that_is_empty_lets_in_nobody() -> None:
    asked = Asked("GET", "/hello", {"host": "127.0.0.1:47113"})
    judged = judge(asked, origins=["", "null", "*"], port=47113, device="d_1")
    assert isinstance(judged, Said)
    assert judged.status == 403
