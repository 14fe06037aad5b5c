"""How quiet travel and the unusual are over an ordinary company, and how much of what is planted in it they find.

    python bench/monitor_unusual.py [--json] [--people N] [--seed N]

Eight weeks of a company, made by a seed: people sign in from home, on the road and now and then from elsewhere in the
country, with a laptop or a phone; they download as much as they usually do, three times as much at the end of a month.
The database places one network in twenty wrongly, by hundreds of kilometres, as the free ones do. In the last four
weeks, sixty incidents are planted: sign-ins from another continent, downloads of twenty times the usual, sign-ins
through an anonymiser.

`alerts_per_day`: of the level medium and above, for all people together, without what is planted; `points_per_day`:
what is lower, and raises none. `found_…`: which part of the planted is an alert about that person on that day. Beside
them in the same run what is usually done: two sign-ins faster than 900 km/h as the crow flies (`naive_travel_per_day`),
and a day above the mean by three standard deviations (`three_sigma_per_day`). `us_per_event`: of both detectors and the
marking of places together, of the processor.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tests.mmdb import SAO_PAULO, TUESDAY, owner, write_mmdb  # noqa: E402 -- its folder is found above

from limen.clock import DAY, HOUR, Instant  # noqa: E402
from limen.monitor.detections.hit import Hit, Level  # noqa: E402
from limen.monitor.detections.travel.distances import Point, distance_km  # noqa: E402
from limen.monitor.detections.travel.travel import TravelDetector  # noqa: E402
from limen.monitor.detections.usual.usual import UsualDetector, UsualKnown  # noqa: E402
from limen.monitor.normal_form.event import NormalEvent  # noqa: E402
from limen.monitor.places.marking import mark  # noqa: E402
from limen.monitor.places.places import Places  # noqa: E402
from limen.monitor.places.rules import AddressList, PlaceRules  # noqa: E402

DAYS, LEARNING, NETWORKS, EACH = 56, 28, 40, 20
MONDAY: Final = TUESDAY - DAY - 9 * HOUR
ABROAD, TOR = "30.0.0.1", "20.0.0.66"
LOUD: Final = {Level.MEDIUM, Level.HIGH, Level.CRITICAL}
Planted = tuple[str, str, int]
"""What it is, whom it concerns, on which day."""


class Company:
    """People with their places and their ways, by a seed."""

    def __init__(self, size: int, seed: int) -> None:
        self.dice = random.Random(seed)
        self.people = [f"p_{number}" for number in range(size)]
        self.home, self.road = ({one: self._address() for one in self.people} for _ in range(2))
        self.downloads = {one: math.exp(self.dice.gauss(2, 0.7)) for one in self.people}
        self.apps = {one: self.dice.sample(range(20), 5) for one in self.people}
        self.planted: set[Planted] = {
            (what, self.dice.choice(self.people), self.dice.choice([d for d in range(LEARNING, DAYS) if d % 7 < 5]))
            for what in ("travel", "downloads", "hidden")
            for _ in range(EACH)
        }

    def _address(self) -> str:
        return f"20.{self.dice.randrange(NETWORKS)}.{self.dice.randrange(1, 250)}.{self.dice.randrange(1, 250)}"

    def places(self, folder: Path) -> Places:
        cities, owners, dice = {}, {}, self.dice
        for number in range(NETWORKS):
            off = 5 if dice.random() < 0.05 else 0.6
            latitude, longitude = 48.2 + dice.gauss(0, off), 16.4 + dice.gauss(0, off * 1.3)
            country = "AT" if dice.random() < 0.97 else "DE"
            cities[f"20.{number}.0.0/16"] = {
                "country_code": country,
                "city": f"City {number}",
                "latitude": latitude,
                "longitude": longitude,
            }
            owners[f"20.{number}.0.0/16"] = owner(100 + number // 4, f"Network {number // 4}")
        write_mmdb(folder / "city.mmdb", {**cities, "30.0.0.0/8": SAO_PAULO})
        write_mmdb(folder / "asn.mmdb", owners, "ASN")
        (folder / "tor.txt").write_text(f"{TOR}\n")
        places = Places(folder)
        places.look_again(PlaceRules(("city.mmdb", "asn.mmdb"), (AddressList("tor", "tor.txt", 3_650 * DAY),)), TUESDAY)
        return places

    def day(self, day: int, *, is_planted: bool) -> list[NormalEvent]:
        """All that happens on a day, in its order."""
        found = [event for one in self.people for event in self._work(one, day)]
        if is_planted:
            for what, person, on in self.planted:
                found += self._incident(what, person, day) if on == day else []
        return sorted(found, key=lambda event: event.at)

    def _work(self, person: str, day: int) -> Iterator[NormalEvent]:
        dice = self.dice
        if day % 7 >= 5 and dice.random() > 0.04:
            return
        start = MONDAY + day * DAY + dice.gauss(8.5, 0.5) * HOUR
        for number in range(1 + (dice.random() < 0.6) + (dice.random() < 0.3)):
            lot = dice.random()
            address = self.home[person] if lot < 0.6 else self.road[person] if lot < 0.96 else self._address()
            status = 1 if dice.random() < 0.95 else 2
            agent = "Firefox/150 Windows" if dice.random() < 0.7 else "Safari/26 iPhone"
            yield _sign_in(person, start + number * dice.uniform(0.05, 4) * HOUR, address, status, agent)
        mean = self.downloads[person] * math.exp(dice.gauss(0, 0.3)) * (3 if day % 28 == 25 else 1)
        for _ in range(sum(dice.random() < mean / 400 for _ in range(400))):
            yield _download(person, start + dice.uniform(0, 8) * HOUR)
        for app in self.apps[person]:
            yield _event(person, start + dice.uniform(0, 8) * HOUR, app=f"app {app}", status_id=1)

    def _incident(self, what: str, person: str, day: int) -> list[NormalEvent]:
        noon = MONDAY + day * DAY + 12 * HOUR
        if what == "downloads":
            return [_download(person, noon + number * 1_000) for number in range(round(20 * self.downloads[person]))]
        address = ABROAD if what == "travel" else TOR
        return [_sign_in(person, noon - 1, self.home[person]), _sign_in(person, noon + HOUR, address)]


def _event(person: str, at: float, **said: Any) -> NormalEvent:
    when: Instant = int(at)
    uid = f"{person} {at} {said.get('src_ip', '')}"
    return NormalEvent(uid=uid, at=when, received_at=when, source="m365", person_id=person, **said)


def _sign_in(person: str, at: float, address: str, status: int = 1, agent: str = "Firefox/150 Windows") -> NormalEvent:
    kind = {"class_uid": 3002, "activity_id": 1, "status_id": status, "mfa": 2}
    return _event(person, at, src_ip=address, user_agent=agent, **kind)


def _download(person: str, at: float) -> NormalEvent:
    return _event(person, at, class_uid=6003, operation="FileDownloaded", status_id=1)


# What is measured


def watched(company: Company, places: Places, *, is_planted: bool) -> tuple[list[Hit], list[NormalEvent], float]:
    """What was found, what happened, and the seconds of the processor that finding it took."""
    travel, usual = TravelDetector(places), UsualDetector(places)
    usual.know(UsualKnown({one: (f"group {number % 6}",) for number, one in enumerate(company.people)}))
    hits: list[Hit] = []
    events: list[NormalEvent] = []
    took = 0.0
    for day in range(DAYS):
        today = company.day(day, is_planted=is_planted)
        began = time.process_time()
        for event in today:
            mark(event, places, ())
            hits += travel.feed(event)
            hits += usual.feed(event)
        took += time.process_time() - began
        events += today
    return hits, events, took


def found_of(what: str, company: Company, hits: list[Hit]) -> float:
    """Which part of the planted is an alert about that person on that day."""
    told = {(hit.person_id, (hit.at - MONDAY) // DAY) for hit in hits if hit.level in LOUD}
    planted = [(person, day) for name, person, day in company.planted if name == what]
    return round(sum(one in told for one in planted) / len(planted), 2)


def naive_travel(events: list[NormalEvent], places: Places) -> int:
    """Pairs of sign-ins, one after the other, that are faster than 900 km/h as the crow flies."""
    last: dict[str, tuple[Instant, Point]] = {}
    found = 0
    for event in events:
        where = places.find(event.src_ip) if event.class_uid == 3002 and event.status_id == 1 else None
        if where is None or where.latitude is None or where.longitude is None:
            continue
        here = (event.at, Point(where.country, where.city, where.latitude, where.longitude))
        before = last.get(event.person_id)
        last[event.person_id] = here
        if before is not None:
            hours = max(here[0] - before[0], 60_000) / HOUR
            found += distance_km(before[1], here[1]) / hours > 900
    return found


def three_sigma(events: list[NormalEvent]) -> int:
    """Days of a person that are above the mean of the days before by three standard deviations."""
    counts: dict[str, dict[int, int]] = {}
    for event in events:
        if event.operation:
            of = counts.setdefault(event.person_id, {})
            of[(event.at - MONDAY) // DAY] = of.get((event.at - MONDAY) // DAY, 0) + 1
    found = 0
    for of in counts.values():
        days = sorted(of)
        for number in range(10, len(days)):
            before = [of[day] for day in days[:number]]
            found += of[days[number]] > statistics.mean(before) + 3 * statistics.pstdev(before)
    return found


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--people", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=3)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        quiet = Company(asked.people, asked.seed)
        places = quiet.places(Path(folder))
        hits, events, took = watched(quiet, places, is_planted=False)
        company = Company(asked.people, asked.seed)
        company.places(Path(folder))
        attacked, _, _ = watched(company, places, is_planted=True)
    loud = sum(hit.level in LOUD for hit in hits)
    figures = {
        "people": asked.people,
        "events": len(events),
        "alerts_per_day": round(loud / DAYS, 2),
        "points_per_day": round((len(hits) - loud) / DAYS, 2),
        **{f"found_{what}": found_of(what, company, attacked) for what in ("travel", "downloads", "hidden")},
        "naive_travel_per_day": round(naive_travel(events, places) / DAYS, 2),
        "three_sigma_per_day": round(three_sigma(events) / DAYS, 2),
        "us_per_event": round(took / len(events) * 1e6, 1),
    }
    if asked.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"  {name:<22}{value:>12,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
