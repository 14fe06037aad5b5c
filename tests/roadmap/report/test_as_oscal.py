"""The report as OSCAL: what the published schema of assessment results requires, held here in short.

The whole schema (NIST, oscal_assessment-results_schema.json) was held against such a file as well; it is no dependency.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from tests.roadmap.report.made import KEYRING, report

from limen.roadmap.report.as_oscal import VERSION, as_oscal
from limen.roadmap.report.signing import OSCAL, REPORTS

FILE = REPORTS.signed(as_oscal(report()), OSCAL.mark, KEYRING)
RESULTS = json.loads(FILE)["assessment-results"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
TOKEN = re.compile(r"[^\W\d][\w.\-]*")
REQUIRED = {
    "metadata": {"title", "last-modified", "version", "oscal-version"},
    "result": {"uuid", "title", "description", "start", "reviewed-controls"},
    "observation": {"uuid", "description", "methods", "collected"},
    "finding": {"uuid", "title", "description", "target"},
    "target": {"type", "target-id", "status"},
}


def every(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield name, one
            yield from every(one)
    elif isinstance(value, list):
        for one in value:
            yield from every(one)


def test_what_is_required_is_there() -> None:
    assert set(json.loads(FILE)) == {"assessment-results"}
    assert set(RESULTS) == {"uuid", "metadata", "import-ap", "results", "back-matter"}
    assert REQUIRED["metadata"] <= set(RESULTS["metadata"])
    assert RESULTS["metadata"]["oscal-version"] == VERSION
    for result in RESULTS["results"]:
        assert REQUIRED["result"] <= set(result)
        assert all(REQUIRED["observation"] <= set(one) for one in result["observations"])
        assert all(REQUIRED["finding"] <= set(one) for one in result["findings"])
        assert all(REQUIRED["target"] <= set(one["target"]) for one in result["findings"])
        assert {one["target"]["type"] for one in result["findings"]} == {"objective-id"}


def test_values_are_of_their_types() -> None:
    ids = [one for name, one in every(RESULTS) if name == "uuid"]
    assert len(ids) == len(set(ids))
    assert {UUID(one).version for one in ids} <= {4, 5}
    assert all(
        TIME.fullmatch(one) for name, one in every(RESULTS) if name in {"start", "end", "collected", "last-modified"}
    )
    props = [one for name, several in every(RESULTS) if name == "props" for one in several]
    assert all(TOKEN.fullmatch(one["name"]) and one["value"] == one["value"].strip() and one["value"] for one in props)
    assert all(TOKEN.fullmatch(one) for name, one in every(RESULTS) if name in {"control-id", "target-id", "reason"})
    assert not [name for name, one in every(RESULTS) if one in ([], {}, "") and name != "include-all"]


def test_what_is_referred_to_is_there() -> None:
    ids = {one for name, one in every(RESULTS) if name == "uuid"}
    assert RESULTS["import-ap"]["href"].removeprefix("#") in ids
    assert {one for name, one in every(RESULTS) if name == "observation-uuid"} <= ids


def test_only_a_yes_is_satisfied() -> None:
    states = {one["target"]["target-id"]: one["target"]["status"]["state"] for one in _findings()}
    assert states == {"I1": "satisfied", **dict.fromkeys(("I2", "D1", "N1", "P1"), "not-satisfied")}


def _findings() -> Iterator[dict[str, Any]]:
    for result in RESULTS["results"]:
        yield from result["findings"]
