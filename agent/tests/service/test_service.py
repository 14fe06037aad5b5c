"""The service: reports on change and when asked, holds its tongue when ended, and comes back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from limen_agent.collectors.check import CHECKS
from limen_agent.collectors.machine import User
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.service import service as module, watching
from limen_agent.service.running import ASKED, _when_asked
from limen_agent.service.watched import FILES, Watched
from limen_agent.service.watching import watch_files, watch_pulses
from limen_agent.service.wishes import Wish, Wishes
from limen_agent.state.enrolment import read_enrolment
from limen_agent.state.record import read_record


@pytest.fixture
def serving(service, monkeypatch) -> Iterator[SimpleNamespace]:
    """The service with its own loop and stream, in threads."""
    monkeypatch.setattr(module, "WAKES_AFTER_S", 0.2)
    monkeypatch.setattr(module, "LEAST_S", 1)
    loop = threading.Thread(target=service.service.run, daemon=True)
    stream = threading.Thread(target=service.service.listen, daemon=True)
    started = SimpleNamespace(**vars(service), loop=loop)

    def start(*, listens: bool = False) -> SimpleNamespace:
        loop.start()
        if listens:
            stream.start()
            assert service.limen.stream_opened.wait(60)
        service.limen.wait_for_reports(1)
        return started

    started.start = start
    yield started
    service.service.stop()
    service.limen.hang_up()
    loop.join(60)


def test_it_reports_all_at_the_start_and_keeps_what_limen_answers(serving) -> None:
    serving.limen.answer = {
        "compliance": "non_compliant",
        "report_every_s": 120,
        "checks": [{"id": "os", "verdict": "fail"}],
    }
    serving.start()
    (report,) = serving.limen.reports
    assert (report["why"], [one["id"] for one in report["checks"]]) == ("start", list(CHECKS))
    until(lambda: read_record(serving.folder).reported_at)
    record = read_record(serving.folder)
    assert (record.seq, record.answer["compliance"], record.problem) == (1, "non_compliant", "")
    assert 100 <= record.next_at - time.time() <= 121
    assert read_enrolment(serving.folder).report_every_s == 120


def test_a_change_is_reported_and_what_did_not_change_is_not(serving) -> None:
    serving.start()
    serving.service.notice({"firewall"})
    until(lambda: serving.looked[-1] == {"firewall"})
    serving.facts["firewall"] = 1
    serving.service.notice({"firewall"})
    report = serving.limen.wait_for_reports(2)[1]
    assert report["why"] == "change"
    assert {one["id"]: one["observed"]["value"] for one in report["checks"]}["firewall"] == 1
    assert len(report["checks"]) == len(CHECKS)
    assert len(serving.looked) == 3


def test_what_costs_much_is_looked_at_later_and_not_lost(serving, monkeypatch) -> None:
    monkeypatch.setattr(module, "COSTLY_S", {"updates": 1.0})
    serving.start()
    serving.facts["updates"] = 1
    serving.service.notice({"updates"})
    time.sleep(0.3)
    assert len(serving.looked) == 1
    began = time.monotonic()
    assert {one["id"]: one["observed"]["value"] for one in serving.limen.wait_for_reports(2)[1]["checks"]}[
        "updates"
    ] == 1
    assert time.monotonic() - began > 0.3


def test_it_reports_at_intervals_without_looking_again_at_what_costs_much(serving, monkeypatch) -> None:
    monkeypatch.setattr(module, "jittered", lambda interval_s: interval_s * 0.3)
    serving.limen.answer = {"compliance": "compliant", "report_every_s": 1, "checks": []}
    serving.start()
    assert [one["why"] for one in serving.limen.wait_for_reports(3)] == ["start", "interval", "interval"]
    assert serving.looked[1] == set(CHECKS) - {"updates"}


def test_a_recheck_looks_at_what_was_named_at_once(serving) -> None:
    serving.start(listens=True)
    serving.limen.push("recheck", nonce=serving.limen.nonce(), checks=["updates", "no-such-check"])
    assert serving.limen.wait_for_reports(2)[1]["why"] == "asked"
    assert serving.looked[-1] == {"updates"}
    serving.limen.push("recheck", nonce=serving.limen.nonce(), checks=[])
    serving.limen.wait_for_reports(3)
    assert serving.looked[-1] == set(CHECKS)


def test_settings_that_limen_sends_are_kept_within_bounds(serving) -> None:
    serving.start(listens=True)
    until(lambda: read_record(serving.folder).reported_at)
    for sent, kept in ((60, 60), (10**9, 3600), (-5, 1)):
        serving.limen.push("settings", report_every_s=sent)
        until(lambda kept=kept: read_enrolment(serving.folder).report_every_s == kept)


@pytest.mark.parametrize("why", ["retired", "lost", "something-new"])
def test_ended_stops_it_and_is_kept_for_its_owner(serving, why) -> None:
    serving.start(listens=True)
    serving.limen.push("ended", why=why)
    serving.loop.join(60)
    assert not serving.loop.is_alive()
    record = read_record(serving.folder)
    assert (record.ended, bool(record.problem)) == (why, True)


def test_in_quarantine_nothing_is_sent_until_limen_lets_it_listen_again(serving) -> None:
    serving.start(listens=True)
    serving.limen.push("ended", why="quarantined")
    until(lambda: read_record(serving.folder).ended == "quarantined")
    serving.facts["firewall"] = 1
    serving.service.notice({"firewall"})
    time.sleep(0.5)
    assert len(serving.limen.reports) == 1
    serving.limen.stream_opened.clear()
    serving.limen.hang_up()
    assert serving.limen.stream_opened.wait(60)
    assert serving.limen.wait_for_reports(2)[1]["why"] == "start"
    until(lambda: read_record(serving.folder).ended == "")


def test_whoever_may_listen_and_is_ended_again_stays_asleep(serving) -> None:
    serving.start(listens=True)
    serving.limen.push("ended", why="quarantined")
    until(lambda: read_record(serving.folder).ended == "quarantined")
    serving.limen.push("hello", nonce=serving.limen.nonce())
    serving.limen.push("ended", why="quarantined")
    time.sleep(0.6)
    assert len(serving.limen.reports) == 1


def test_a_number_that_was_used_elsewhere_makes_it_sleep(serving) -> None:
    serving.start()
    (device,) = serving.limen.devices.values()
    device["seq"] = 99  # a clone reported
    serving.service.wishes.add("asked")
    until(lambda: read_record(serving.folder).ended == "replayed")
    assert serving.loop.is_alive()
    assert any("ended" in line for line in serving.said)


def test_a_device_that_limen_does_not_know_stops(serving) -> None:
    serving.start()
    serving.limen.devices.clear()
    serving.service.wishes.add("asked")
    serving.loop.join(60)
    assert read_record(serving.folder).ended == "not_this_device"


def test_why_it_was_ended_is_kept_when_a_report_on_its_way_is_refused(serving) -> None:
    serving.start(listens=True)
    serving.limen.push("ended", why="lost")
    until(lambda: read_record(serving.folder).ended == "lost")
    serving.limen.devices.clear()
    serving.service.serve(Wish("asked", {"*"}))
    assert read_record(serving.folder).ended == "lost"


def test_what_could_not_be_sent_is_sent_when_limen_is_back(serving, monkeypatch) -> None:
    monkeypatch.setattr(serving.service._back_off, "next_s", lambda: 0.3)
    serving.start()
    body = json.dumps({"error": "unavailable", "message": "Limen restarts", "mend": ""}).encode()
    serving.limen.instead = lambda *_: (503, {}, body)
    serving.facts["firewall"] = 1
    serving.service.notice({"firewall"})
    until(lambda: read_record(serving.folder).problem == "Limen restarts")
    serving.limen.instead = lambda *_: None
    report = serving.limen.wait_for_reports(2)[1]
    assert {one["id"]: one["observed"]["value"] for one in report["checks"]}["firewall"] == 1
    until(lambda: read_record(serving.folder).problem == "")


def test_it_waits_as_long_as_it_is_told(serving) -> None:
    serving.start()
    serving.limen.instead = lambda *_: (429, {}, b'{"error": "slow_down", "retry_after": 500}')
    serving.service.wishes.add("asked")
    until(lambda: read_record(serving.folder).problem)
    assert read_record(serving.folder).next_at - time.time() > 480


def test_report_asks_the_running_service_by_a_file(serving) -> None:
    serving.start()
    threading.Thread(target=_when_asked, args=(serving.service, serving.folder), daemon=True).start()
    serving.folder.write(ASKED, b"")
    assert serving.limen.wait_for_reports(2)[1]["why"] == "asked"
    assert not serving.folder.has(ASKED)


def test_a_change_on_the_disk_reaches_limen_within_a_second(serving, tmp_path, monkeypatch) -> None:
    (tmp_path / "etc").mkdir()
    conf = tmp_path / "etc" / "ufw.conf"
    conf.write_text("ENABLED=yes\n")
    monkeypatch.setattr(watching, "FILES", {"firewall": (str(conf),)})
    serving.start()
    threading.Thread(
        target=watch_files, args=(serving.service.notice, serving.service.stopping, ThisMachine()), daemon=True
    ).start()
    time.sleep(0.7)
    for number in (1, 2):
        serving.facts["firewall"] = number
        began = time.monotonic()
        replaced = tmp_path / "etc" / ".ufw.conf.new"
        replaced.write_text(f"ENABLED=no {number}\n")
        replaced.rename(conf)  # as editors do
        serving.limen.wait_for_reports(1 + number)
        assert time.monotonic() - began < 2  # within a second on a machine with nothing else to do


def test_files_are_watched_by_their_folder_and_known_by_name() -> None:
    watched = Watched(FILES, [User(1000, 1000, "ida", "/home/ida")])
    assert watched.checks(["/etc/passwd"]) == {"administrators"}
    assert watched.checks(["/etc/ufw/user.rules"]) == {"firewall"}
    assert watched.checks(["/home/ida/.config/dconf/user"]) == {"screen_lock"}
    assert watched.checks(["/home/ida/.config/dconf/deeper/user", "/etc/motd", "/var/lib/dpkg/lock"]) == set()
    assert "/etc" in watched.folders()


def test_a_pulse_that_differs_makes_its_check_due(monkeypatch) -> None:
    beats = iter([1, 1, 2, 2, 3])
    stop, noticed = threading.Event(), []

    def pulse(_machine):
        try:
            return next(beats)
        except StopIteration:
            stop.set()
            return 3

    monkeypatch.setattr(watching, "PULSES", {"edr": pulse})
    watch_pulses(noticed.append, stop, ThisMachine(), 0.01)
    assert noticed == [{"edr"}, {"edr"}]


def test_every_real_pulse_beats_on_this_machine() -> None:
    machine = ThisMachine()
    assert all(pulse(machine) == pulse(machine) for pulse in watching.PULSES.values())


def test_wishes_that_wait_become_one_with_the_strongest_reason() -> None:
    wishes = Wishes()
    wishes.add("change", {"edr"})
    wishes.add("asked", {"updates"})
    wishes.add("interval")
    taken = wishes.take(0)
    assert (taken.why, taken.is_for_all, taken.checks) == ("asked", True, {"edr", "updates", "*"})
    assert wishes.take(0) is None


def until(holds, seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come to be"
        time.sleep(0.02)
