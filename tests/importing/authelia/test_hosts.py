from __future__ import annotations

import re

import pytest

from limen.importing.authelia.hosts import Fit, read_domain, read_domain_regex
from limen.importing.report import Report

HOSTS = (
    "wiki.harbor.example",
    "git.harbor.example",
    "a1.harbor.example",
    "x.wiki.harbor.example",
    "harbor.example",
    "wikiXharbor.example",
)


@pytest.mark.parametrize(
    "expression",
    [
        "^(wiki|git)\\.harbor\\.example$",
        "^[a-z]+\\.harbor\\.example$",
        "^[a-z0-9]+\\.harbor\\.example$",
        "^.+\\.harbor\\.example$",
    ],
)
def test_an_expression_fits_what_it_fits(expression: str) -> None:
    hosts = read_domain_regex(expression, ("a",), Report())
    for host in HOSTS:
        assert hosts.fit(host) is (Fit.YES if re.search(expression, host) else Fit.NO), host


@pytest.mark.parametrize(
    "expression", ["wiki", "^(a+)+$", "^(?P<User>\\w+)\\.x$", "^wiki.harbor.example$", "^[A-Z]+$", "^(a.b|c)\\.x$", 7]
)
def test_what_is_not_understood_may_be_any_host(expression: object) -> None:
    assert read_domain_regex(expression, ("a",), Report()).fit("wiki.harbor.example") is Fit.MAYBE


def test_a_form_that_could_be_tried_in_many_ways_takes_no_longer() -> None:
    hosts = read_domain_regex(f"^{'[a-z]+' * 30}x$", ("a",), Report())
    assert hosts.fit("a" * 250) is Fit.NO


def test_a_domain_its_ends_and_those_of_somebody() -> None:
    report = Report()
    assert read_domain("Wiki.Harbor.example", ("a",), report).fit("wiki.harbor.example") is Fit.YES
    ends = read_domain("*.harbor.example", ("a",), report)
    assert [ends.fit(host) for host in HOSTS[-2:]] == [Fit.NO, Fit.NO]
    assert ends.fit("x.wiki.harbor.example") is Fit.YES
    mine = read_domain("{user}.home.harbor.example", ("a",), report)
    assert (mine.fit("mara.home.harbor.example"), mine.fit("wiki.harbor.example")) == (Fit.MAYBE, Fit.NO)
    assert read_domain("not a host", ("a",), report).fit("wiki.harbor.example") is Fit.MAYBE
