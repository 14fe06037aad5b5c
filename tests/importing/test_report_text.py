from __future__ import annotations

import csv
import io
import json

from limen.importing.report import Account, Effect, Report
from limen.importing.report_text import as_csv, as_json, markdown, plain, rows, summary


def _account() -> Account:
    report = Report()
    report.translated(("a.yml", "rules", 0, "domain"), "an app")
    report.translated(("a.yml", "rules", 1, "domain"), "an app")
    report.approximated(("a.yml", "hours"), "the company's zone", Effect.WIDER)
    report.not_translated(("a.yml", "=x|`y`"), "no place [for](it)")
    files = {"a.yml": {"rules": [{"domain": 1}, {"domain": 2}], "hours": 3, "=x|`y`": 4, "secret": 5}}
    return report.account(files)


def test_what_may_widen_access_comes_first() -> None:
    account = _account()
    said = summary(account)
    at = next(place for place, line in enumerate(said) if "a.yml: hours" in line)
    assert at == len(said) - 1
    assert markdown(account, "Authelia").index("a.yml: hours") < markdown(account, "Authelia").index("rules")


def test_what_differs_by_its_number_alone_is_one_row() -> None:
    found = rows(_account().items)
    assert [(one.how, one.count, len(one.places)) for one in found if one.how == "an app"] == [("an app", 2, 2)]


def test_no_name_becomes_markup_or_a_formula() -> None:
    text = markdown(_account(), "Authelia", ["app [x](y)"])
    assert "[for](it)" not in text
    assert "[x](y)" not in text
    assert all(line.replace("\\|", "").count("|") == 4 for line in text.splitlines() if line.startswith("| `"))
    cells = [row[0] for row in csv.reader(io.StringIO(as_csv(_account())))]
    assert not [cell for cell in cells if cell.startswith("=")]


def test_the_counts_are_those_of_the_values() -> None:
    found = json.loads(as_json(_account()))
    assert found == json.loads(json.dumps(plain(_account())))
    counts = (found["translated"], found["approximated"], found["not_translated"], found["left_out"])
    assert (found["values"], counts) == (5, (2, 1, 1, 1))
    assert sum(one["values"] for one in found["items"]) == 5
