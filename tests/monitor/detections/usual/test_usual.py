"""A fortnight and more of people at work, by seeds, and what stands out from it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.mmdb import LISBON, SAO_PAULO, TUESDAY, VIENNA, owner, write_mmdb

from limen.clock import DAY, HOUR
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.usual import usual as module
from limen.monitor.detections.usual.about import COUNTS, FIRST_SEEN, HIDDEN, ODD_HOUR, USUAL
from limen.monitor.detections.usual.usual import UsualDetector, UsualKnown
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.places import Places
from limen.monitor.places.rules import AddressList, Egress, EgressKind, PlaceRules

HOME, LISBON_HOTEL, BRAZIL, TOR, VPN = "203.0.113.7", "198.51.100.20", "198.51.100.130", "203.0.113.66", "198.51.100.9"
MONDAY = TUESDAY - DAY - 9 * HOUR
"""At midnight."""
TEAM = ("p_eve", "p_ada", "p_tom", "p_kim", "p_ida")
DOWNLOADS = COUNTS["downloads"].id


@pytest.fixture
def places(tmp_path: Path) -> Places:
    write_mmdb(
        tmp_path / "city.mmdb",
        {"203.0.113.0/24": VIENNA, "198.51.100.0/25": LISBON, "198.51.100.128/25": SAO_PAULO},
    )
    write_mmdb(
        tmp_path / "asn.mmdb", {"203.0.113.0/24": owner(8447, "A1"), "198.51.100.0/24": owner(2860, "NOS")}, "ASN"
    )
    (tmp_path / "tor.txt").write_text(f"{TOR}\n")
    found = Places(tmp_path)
    lists, ways = (AddressList("tor", "tor.txt", 365 * DAY),), (Egress("vpn", EgressKind.VPN, (f"{VPN}/32",)),)
    found.look_again(PlaceRules(("city.mmdb", "asn.mmdb"), lists, ways), TUESDAY)
    return found


@pytest.fixture
def detector(places: Places) -> UsualDetector:
    found = UsualDetector(places)
    found.know(UsualKnown(dict.fromkeys(TEAM, ("sales",))))
    return found


def event(day: int, hour: float, person: str = "p_eve", **said: Any) -> NormalEvent:
    at = round(MONDAY + day * DAY + hour * HOUR)
    uid = f"{person} {at} {sorted(said)}"
    return NormalEvent(**{"uid": uid, "at": at, "received_at": at, "source": "m365", "person_id": person, **said})


def sign_in(day: int, hour: float, person: str = "p_eve", address: str = HOME, **said: Any) -> NormalEvent:
    kept = {"class_uid": 3002, "activity_id": 1, "status_id": 1, "src_ip": address, "user_agent": "Firefox/150 Windows"}
    return event(day, hour, person, **{**kept, **said})


def download(day: int, hour: float, person: str = "p_eve") -> NormalEvent:
    return event(day, hour, person, operation="FileDownloaded", class_uid=6003, status_id=1)


def work(day: int, dice: random.Random, person: str = "p_eve") -> Iterator[NormalEvent]:
    """A day at work: in at eight or nine, out at five, three to twelve downloads. Nobody works at the weekend."""
    if day % 7 >= 5:
        return
    yield sign_in(day, dice.uniform(8, 9.5), person)
    for _ in range(dice.randint(3, 12)):
        yield download(day, dice.uniform(9, 17), person)


def feed(detector: UsualDetector, *events: NormalEvent) -> list[Hit]:
    return [hit for one in events for hit in detector.feed(one)]


def weeks(detector: UsualDetector, number: int, *people: str, seed: int = 7) -> list[Hit]:
    dice, hits = random.Random(seed), []
    for day in range(7 * number):
        for person in people or ("p_eve",):
            hits += feed(detector, *work(day, dice, person))
    return hits


@pytest.mark.parametrize("seed", range(20))
def test_weeks_of_work_are_quiet(detector: UsualDetector, seed: int) -> None:
    assert weeks(detector, 8, *TEAM, seed=seed) == []


def test_a_day_of_410_downloads_is_told_with_what_is_usual(detector: UsualDetector) -> None:
    weeks(detector, 4)
    hits = feed(detector, *(download(28, 9 + number / 100) for number in range(410)))
    assert [(hit.rule, hit.level) for hit in hits] == [
        (DOWNLOADS, Level.LOW),
        (DOWNLOADS, Level.MEDIUM),
        (DOWNLOADS, Level.HIGH),
    ]
    worst = hits[-1]
    assert (worst.says["low"], worst.says["high"], worst.says["against"]) == (4, 11, "self")
    assert int(worst.says["count"]) <= 150
    assert (worst.person_id, worst.entity, worst.confidence) == ("p_eve", "person:p_eve", 60)
    assert (worst.sources, worst.is_explained_by_passkey) == (("m365",), False)


def test_the_same_again_is_not_told_again(detector: UsualDetector) -> None:
    weeks(detector, 4)
    many = [download(28, 9 + number / 100) for number in range(410)]
    assert len({hit.id for hit in feed(detector, *many)}) == 3
    assert feed(detector, *many) == []


def test_one_mass_download_does_not_make_the_next_usual(detector: UsualDetector) -> None:
    weeks(detector, 4)
    for day in (28, 29):
        hits = feed(detector, *(download(day, 9 + number / 100) for number in range(410)))
        assert [hit.level for hit in hits] == [Level.LOW, Level.MEDIUM, Level.HIGH]


def test_until_a_fortnight_is_over_nobody_has_a_usual_of_their_own(detector: UsualDetector) -> None:
    weeks(detector, 1)
    assert feed(detector, *(download(8, 9 + number / 100) for number in range(410))) == []


def test_a_newcomer_is_held_against_their_group_with_less_confidence(detector: UsualDetector) -> None:
    weeks(detector, 4, *TEAM[1:])
    hits = feed(detector, sign_in(28, 8), *(download(28, 9 + number / 100) for number in range(410)))
    assert {(hit.rule, hit.confidence, hit.says["against"]) for hit in hits} == {(DOWNLOADS, 35, "group")}
    assert hits[-1].says["high"] in range(10, 13)


def test_too_small_a_group_is_none(detector: UsualDetector) -> None:
    weeks(detector, 4, *TEAM[1:3])
    assert feed(detector, *(download(28, 9 + number / 100) for number in range(410))) == []


FIRSTS = {
    "country": sign_in(28, 9, address=BRAZIL),
    "device": sign_in(28, 9, user_agent="Chrome/150 Linux"),
    "app": event(28, 9, app="payroll", kind="decision", fields={"effect": "permit"}, status_id=1),
    "operation": event(28, 9, class_uid=3001, product="m365", operation="Add user", status_id=1),
}


@pytest.mark.parametrize("what", FIRSTS)
def test_what_was_never_seen_of_somebody_is_told_once(detector: UsualDetector, what: str) -> None:
    weeks(detector, 4, *TEAM)
    about = FIRST_SEEN[what]
    assert [one.level for one in feed(detector, FIRSTS[what]) if one.rule == about.id] == [about.level]
    assert feed(detector, FIRSTS[what]) == []


def test_a_new_country_says_which_were_usual(detector: UsualDetector) -> None:
    weeks(detector, 4)
    found = {hit.rule: hit.says for hit in feed(detector, FIRSTS["country"])}
    assert found[FIRST_SEEN["country"].id] == {"value": "BR", "usual": "AT", "days": 20}
    assert found[FIRST_SEEN["network"].id]["value"] == "NOS"


def test_what_colleagues_use_is_nothing_new(detector: UsualDetector) -> None:
    weeks(detector, 4, *TEAM)
    payroll = {"app": "payroll", "kind": "decision", "fields": {"effect": "permit"}, "status_id": 1}
    feed(detector, event(28, 9, "p_ada", **payroll))
    assert feed(detector, event(28, 10, "p_eve", **payroll)) == []


def test_what_was_refused_was_not_seen(detector: UsualDetector) -> None:
    weeks(detector, 4)
    refused = event(28, 9, app="payroll", kind="decision", fields={"effect": "deny"}, status_id=2)
    assert feed(detector, refused, sign_in(28, 9, address=BRAZIL, status_id=2)) == []


def test_a_way_out_that_many_share_is_no_country(detector: UsualDetector) -> None:
    weeks(detector, 4)
    assert feed(detector, sign_in(28, 9, address=VPN)) == []


def test_a_sign_in_through_an_anonymiser_is_told_once_a_day(detector: UsualDetector) -> None:
    hits = feed(detector, sign_in(0, 9, address=TOR), sign_in(0, 10, address=TOR), sign_in(1, 9, address=TOR))
    assert [(hit.rule, hit.says) for hit in hits] == [(HIDDEN.id, {"address": TOR, "lists": "tor"})] * 2


@pytest.mark.parametrize(("day", "hour", "is_odd"), [(28, 3, True), (28, 10, False), (33, 10, True), (29, 18.2, False)])
def test_an_hour_at_which_they_were_never_there_is_told(
    detector: UsualDetector, day: int, hour: float, *, is_odd: bool
) -> None:
    weeks(detector, 4)
    hits = [hit for hit in feed(detector, sign_in(day, hour), sign_in(day, hour + 0.1)) if hit.rule == ODD_HOUR.id]
    assert len(hits) == is_odd
    if is_odd:
        assert hits[0].says["hour"] == f"{int(hour):02}:00"
        assert hits[0].says["usual"] == ("" if day == 33 else "08:00–17:00")


def test_days_begin_in_the_companys_time_zone(detector: UsualDetector) -> None:
    weeks(detector, 4)
    detector.know(UsualKnown(zone="Pacific/Auckland"))
    assert [hit.rule for hit in feed(detector, sign_in(28, 9))] == [ODD_HOUR.id]


def test_what_comes_late_counts_for_its_own_day(detector: UsualDetector) -> None:
    weeks(detector, 4)
    feed(detector, download(28, 9))
    assert feed(detector, *(download(25, 9 + number / 100) for number in range(410))) == []


# What it is about


def sensitive(day: int, hour: float, person: str = "p_eve") -> NormalEvent:
    """One download of the app of the controllers, which is confidential."""
    said = {"app": "controlling", "kind": "decision", "fields": {"effect": "permit"}, "operation": "download"}
    return event(day, hour, person, status_id=1, **said)


def labelled(detector: UsualDetector, **more: Any) -> UsualDetector:
    labels = {"controlling": 2, "payroll": 3, "canteen": 0}
    detector.know(UsualKnown(dict.fromkeys(TEAM, ("sales",)), labels=labels, **more))
    return detector


def levels(hits: list[Hit], about: str) -> list[Level]:
    return [hit.level for hit in hits if hit.rule == COUNTS[about].id]


def test_as_much_of_sensitive_data_is_worse_by_a_level(detector: UsualDetector) -> None:
    weeks(labelled(detector), 4)
    hits = feed(detector, *(sensitive(28, 9 + number / 100) for number in range(60)))
    assert levels(hits, "sensitive_downloads") == [Level.MEDIUM, Level.HIGH]
    of_all = levels(hits, "downloads")
    assert of_all[0] is Level.LOW
    assert next(hit.says["count"] for hit in hits if hit.level is Level.HIGH) < 60


def test_what_a_document_is_labelled_counts_as_what_its_app_is(detector: UsualDetector) -> None:
    weeks(labelled(detector), 4)
    one = download(28, 9)
    documents = [msgspec.structs.replace(one, uid=f"u{number}", fields={"label": "restricted"}) for number in range(60)]
    assert levels(feed(detector, *documents), "sensitive_downloads") == [Level.MEDIUM, Level.HIGH]
    odd = [msgspec.structs.replace(one, uid=f"v{number}", fields={"label": ["restricted"]}) for number in range(60)]
    assert levels(feed(detector, *odd), "sensitive_downloads") == []


def test_the_first_touch_of_restricted_data_calls_somebody(detector: UsualDetector) -> None:
    weeks(labelled(detector), 4, *TEAM)
    about = FIRST_SEEN["sensitive_app"]
    assert [hit.level for hit in feed(detector, FIRSTS["app"]) if hit.rule == about.id] == [Level.MEDIUM]
    canteen = event(28, 9, app="canteen", kind="decision", fields={"effect": "permit"}, status_id=1)
    assert about.id not in {hit.rule for hit in feed(detector, canteen, sensitive(28, 10))}


def from_drive(number: int, day: int, path: str, **said: Any) -> NormalEvent:
    return event(day, 9 + number / 100, operation="FileDownloaded", status_id=1, object=path, **said)


def test_files_of_many_colleagues_are_told_once_each(detector: UsualDetector) -> None:
    weeks(detector, 4)
    address = "https://harbor-my.example/personal/{}/Documents/{}.docx"
    of_one = [from_drive(number, 28, address.format("ada_harbor_example", number)) for number in range(40)]
    assert levels(feed(detector, *of_one), "owners") == []
    of_many = [from_drive(number, 28, address.format(f"p{number}_harbor_example", 1)) for number in range(40)]
    assert levels(feed(detector, *of_many), "owners") == [Level.LOW, Level.MEDIUM]


def test_ones_own_files_are_no_colleagues(detector: UsualDetector) -> None:
    weeks(detector, 4)
    own = from_drive(1, 28, "https://harbor-my.example/personal/eve_harbor_example/x", user="eve@harbor.example")
    of_others = [from_drive(2, 28, "x", fields={"owner": "eve@harbor.example"}, user="eve@harbor.example")]
    feed(detector, own, *of_others, from_drive(3, 28, "x", fields={"owner": "ada@harbor.example"}))
    assert detector._memory.people["p_eve"].met == {"owners": ["ada@harbor.example"]}


def test_counts_beyond_the_budget_of_a_day_are_risk_and_call_nobody(detector: UsualDetector) -> None:
    labelled(detector, most_a_day=2)
    weeks(detector, 4, *TEAM)
    told = [
        levels(feed(detector, *(download(28, 9 + number / 100, who) for number in range(200))), "downloads")
        for who in TEAM
    ]
    assert [one.count(Level.MEDIUM) for one in told] == [1, 1, 0, 0, 0]
    assert all(one[-1] is Level.HIGH for one in told)  # what is worse is told in any case
    assert levels(feed(detector, *(sensitive(28, 15 + number / 100) for number in range(60))), "sensitive_downloads")
    again = feed(detector, *(download(29, 9 + number / 100) for number in range(200)))
    assert levels(again, "downloads").count(Level.MEDIUM) == 1


def test_what_is_counted_only_since_today_is_unusual_for_nobody(detector: UsualDetector, places: Places) -> None:
    """After an upgrade everybody would stand out by what was never counted before."""
    weeks(labelled(detector), 4, *TEAM)
    kept = msgspec.msgpack.decode(detector.snapshot())
    del kept["since"]["sensitive_downloads"]
    upgraded = labelled(UsualDetector(places))
    upgraded.restore(msgspec.msgpack.encode(kept))
    many = [sensitive(28, 9 + number / 100) for number in range(60)]
    assert levels(feed(upgraded, *many), "sensitive_downloads") == []
    assert levels(feed(detector, *many), "sensitive_downloads") == [Level.MEDIUM, Level.HIGH]


# What is remembered


def test_a_restart_forgets_nothing(detector: UsualDetector, places: Places) -> None:
    weeks(detector, 4, *TEAM)
    again = UsualDetector(places)
    again.know(UsualKnown(dict.fromkeys(TEAM, ("sales",))))
    again.restore(detector.snapshot())
    events = [*FIRSTS.values(), *(download(28, 9 + number / 100) for number in range(410))]
    assert feed(again, *events) == feed(detector, *events)
    assert again.snapshot() == detector.snapshot()


@pytest.mark.parametrize("snapshot", [b"", b"\xc1", b"\x01", b"\x81\xa6people\x81\xa1p\x81\xa5hours\x91\x01"])
def test_a_snapshot_that_is_none_changes_nothing(detector: UsualDetector, snapshot: bytes) -> None:
    weeks(detector, 1)
    before = detector.snapshot()
    with pytest.raises(ValueError, match="snapshot"):
        detector.restore(snapshot)
    assert detector.snapshot() == before


def test_an_erased_person_is_forgotten(detector: UsualDetector) -> None:
    weeks(detector, 2, *TEAM)
    detector.limit_to({"p_ada"})
    assert b"p_eve" not in detector.snapshot()
    assert b"p_ada" in detector.snapshot()


def test_whoever_was_erased_while_nothing_ran_is_forgotten_at_the_start(
    detector: UsualDetector, places: Places
) -> None:
    weeks(detector, 1)
    again = UsualDetector(places)
    again.limit_to({"p_ada"})
    again.restore(detector.snapshot())
    assert b"p_eve" not in again.snapshot()


def test_what_is_remembered_is_bounded(detector: UsualDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PEOPLE", 20)
    for number in range(3_000):
        said = {"app": f"app {number}" * 100, "operation": f"x{number}" * 100, "class_uid": 3001, "status_id": 1}
        feed(detector, event(number // 10, number % 24, f"p_{number % 3}", **said), download(0, 9, f"p_{number}"))
    assert len(detector._memory.people) <= 20
    assert len(detector.snapshot()) < 400_000
    assert len(detector._limits) <= 20 * len(COUNTS)


def test_each_rule_has_its_own_id_and_both_languages() -> None:
    assert len({one.id for one in USUAL}) == len({one.name for one in USUAL}) == len(USUAL)
    assert all(one.sentence and one.sentence_de and one.next_step and one.next_step_de for one in USUAL)
