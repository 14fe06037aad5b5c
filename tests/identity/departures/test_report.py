"""The report as rows: everything that was asked, and people by the names that a caller knows."""

from __future__ import annotations

import csv
import io

from limen.identity.departures.departures import Report
from limen.identity.departures.model import Closed, Departure, State, Surface, Why
from limen.identity.departures.report import CLOSED, STATES, WHY, as_csv, plain, title_of, told

ONE = Departure(id="dp_1", person="p_ben", why=Why.DEACTIVATED, at=1_000, by="p_ada")
HELD = Surface(departure="dp_1", name="app_tokens", state=State.PROVED, ended=2, asked_at=2_000, proved_at=2_000)
NONE = Surface(departure="dp_1", name="links", state=State.PROVED, asked_at=2_000, proved_at=2_000)
AWAY = Surface(departure="dp_1", name="ssh_on_hosts", state=State.AWAY, remaining=1, said="=db1", asked_at=2_000)
REPORT = Report(ONE, (HELD, NONE, AWAY))


def test_every_state_and_reason_has_words() -> None:
    assert (set(STATES), set(WHY), set(CLOSED)) == (set(State), set(Why), set(Closed))
    assert title_of("app_tokens") == "app tokens"


def test_what_they_had_is_told_apart_from_what_they_never_had() -> None:
    assert told(REPORT) == ([HELD, AWAY], [NONE])


def test_as_json_it_says_all_of_it() -> None:
    said = plain(REPORT, {"p_ben": "Ben"})
    assert (said["name"], said["state"], said["outstanding"]) == ("Ben", "open", ["ssh_on_hosts"])
    assert [one["name"] for one in said["surfaces"]] == ["app_tokens", "links", "ssh_on_hosts"]
    assert said["surfaces"][2]["proved_at"] == ""
    assert plain(REPORT, {})["name"] == ""


def test_as_a_list_it_runs_nothing_and_names_the_erased_by_their_id() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv([REPORT], {"p_ada": "=Ada"}))))
    assert len(rows) == 3
    assert (rows[0]["person"], rows[0]["by"], rows[2]["said"]) == ("p_ben (erased)", "'=Ada", "'=db1")
