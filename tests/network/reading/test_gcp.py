"""Firewall rules of Google Cloud read: in which order they count, and what is named as not understood."""

from __future__ import annotations

from typing import Any

import pytest
from tests.network.reading.test_azure import decides

from limen.network.reading.gcp import read_gcp
from limen.network.reading.reading import OTHER, Errs


def firewall(name: str, **said: Any) -> dict[str, Any]:
    return {"name": name, "direction": "INGRESS", "priority": 1000, **said}


TCP = {"allowed": [{"IPProtocol": "tcp", "ports": ["22", "80-90"]}]}


def test_google_goes_by_priority_and_of_two_the_one_that_denies() -> None:
    rules = [
        firewall("all", targetTags=["web"], sourceRanges=["0.0.0.0/0"], **TCP),
        firewall("no", sourceRanges=["192.0.2.0/24"], denied=[{"IPProtocol": "all"}]),
        firewall("first", priority=10, targetTags=["web"], sourceRanges=["192.0.2.7/32"], **TCP),
        firewall("off", disabled=True, sourceRanges=["0.0.0.0/0"], allowed=[{"IPProtocol": "all"}]),
    ]
    reading = read_gcp({"": rules})
    assert decides(reading, "web", "198.51.100.1", 85) == ("all", True)
    assert decides(reading, "web", "192.0.2.1", 85) == ("no", False)
    assert decides(reading, "web", "192.0.2.7", 85) == ("first", True)
    assert decides(reading, OTHER, "198.51.100.1", 22) == ("", False)


def test_a_tag_as_a_source_is_a_zone() -> None:
    rule = firewall("app", sourceTags=["web"], targetTags=["app"], allowed=[{"IPProtocol": "tcp"}])
    reading = read_gcp({"": [rule]})
    assert decides(reading, "app", "10.0.0.9", 443, "web") == ("app", True)
    assert decides(reading, "app", "10.0.0.9", 443) == ("", False)
    assert reading.errs is Errs.TOO_CLOSED


@pytest.mark.parametrize(
    "said",
    [{"sourceServiceAccounts": ["a@b"]}, {"sourceRanges": ["everybody"]}, {"allowed": [{"IPProtocol": "frob"}]},
     {"allowed": [{"IPProtocol": "tcp", "ports": ["ssh"]}]}],
)  # fmt: skip
def test_what_is_not_understood_of_google_takes_the_more_open_meaning(said: dict[str, Any]) -> None:
    reading = read_gcp({"": [firewall("x", **{**TCP, **said})]})
    assert decides(reading, OTHER, "192.0.2.1", 22) == ("x", True)
    assert [(one.where, one.errs) for one in reading.not_understood] == [("x", Errs.TOO_OPEN)]
