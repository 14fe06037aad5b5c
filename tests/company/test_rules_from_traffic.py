"""Rules and public routes picked from what was asked: proposed, written, and refused where they would do harm."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from limen.company.company import Company
from limen.company.folder import APPS
from limen.company.load import load_company
from limen.company.rules_from_traffic import Pick, covers, named, overlaps, pick, proposed, rules_on
from limen.enforcement.request_action import _Pattern
from limen.errors import LimenError
from limen.facts import ActionRule, App

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
WHY = "A logo is shown to everyone"


@pytest.fixture(scope="module")
def harbor() -> Company:
    return load_company(HARBOR)


def wiki(company: Company) -> App:
    return next(one for one in company.apps if one.id == "wiki")


@pytest.mark.parametrize(
    ("method", "pattern", "action"),
    [
        ("GET", "/", "view"),
        ("HEAD", "/pages/*", "view"),
        ("POST", "/pages/*", "edit"),
        ("GET", "/export/*", "download"),
        ("GET", "/files/report.csv", "download"),
        ("POST", "/files/report.csv", "edit"),
        ("GET", "/admin/users", "administer"),
        ("POST", "/Settings/", "administer"),
        ("POST", "/pages/*/share", "share"),
        ("POST", "/tools.git/git-upload-pack", "view"),
        ("POST", "/*/git-receive-pack", "edit"),
    ],
)
def test_an_action_is_proposed_from_the_method_and_the_words(method: str, pattern: str, action: str) -> None:
    assert proposed(method, pattern) == action


def test_what_is_picked_stands_in_the_file_and_nothing_else_changes(harbor: Company) -> None:
    picks = [Pick("GET", "/dump/*", "download"), Pick("POST", "/invite", "share"), Pick("GET", "/logo/", "public")]
    after = pick(harbor, "wiki", [*picks, picks[0]], WHY)
    before, now = wiki(harbor), wiki(after)
    assert set(now.rules) - set(before.rules) == {
        ActionRule("download", frozenset({"GET", "HEAD"}), "/dump/*"),
        ActionRule("share", frozenset({"POST"}), "/invite"),
    }
    (public,) = set(now.public) - set(before.public)
    assert (public.methods, public.pattern, public.why) == (frozenset({"GET", "HEAD"}), "/logo/", WHY)
    assert after.files.keys() == harbor.files.keys()
    assert all(after.files[name] == text for name, text in harbor.files.items() if name != APPS)
    assert named(rules_on(now, "GET", "/dump/*")) == ("download /dump/*", "view /**")


def test_what_is_so_already_is_not_written_again(harbor: Company) -> None:
    picks = [Pick("GET", "/export/*", "download"), Pick("GET", "/page", "view"), Pick("POST", "/page", "edit")]
    with pytest.raises(LimenError, match="already cover everything"):
        pick(harbor, "wiki", picks, "")
    after = pick(harbor, "wiki", [*picks, Pick("GET", "/logo", "public")], WHY)
    assert wiki(after).rules == wiki(harbor).rules
    with pytest.raises(LimenError, match="already cover everything"):
        pick(after, "wiki", [Pick("HEAD", "/logo", "public")], WHY)
    assert len(wiki(pick(after, "wiki", [Pick("GET", "/logo/", "public")], WHY)).public) == 2


@pytest.mark.parametrize(
    ("one", "why", "what"),
    [
        (Pick("GET", "/x", "connect"), "", "no such action"),
        (Pick("other", "/x", "view"), "", "not a valid method"),
        (Pick("GET", "/x]: [y", "view"), "", "is not a valid route"),
        (Pick("GET", "/{x}", "view"), "", "can't be matched"),
        (Pick("GET", "/a/../b", "view"), "", "not normalised"),
        (Pick("GET", "/guarded/keys", "view"), "", "administer already, through `/guarded/"),
        (Pick("GET", "/open/logo", "edit"), "", "already public"),
        (Pick("POST", "/x", "public"), WHY, "changes something"),
        (Pick("GET", "/**", "public"), WHY, "nearly everything"),
        (Pick("GET", "/*", "public"), WHY, "nearly everything"),
        (Pick("GET", "/x", "public"), "", "needs a reason"),
        (Pick("GET", "/x", "public"), "a\x1b[31m b", "needs a reason"),
        (Pick("GET", "/guarded", "public"), WHY, "would make public what"),
        (Pick("GET", "/Guarded/keys", "public"), WHY, "would make public what"),
    ],
)
def test_what_would_do_harm_is_refused(harbor: Company, one: Pick, why: str, what: str) -> None:
    guarded = pick(harbor, "wiki", [Pick("GET", "/guarded/**", "administer"), Pick("GET", "/open/**", "public")], WHY)
    with pytest.raises(LimenError, match=what):
        pick(guarded, "wiki", [one], why)


def test_nothing_too_much_and_an_app_that_is_not_there_are_refused(harbor: Company) -> None:
    one = Pick("GET", "/x", "view")
    for app_id, picks in (("wiki", []), ("wiki", [one] * 101), ("limen", [one])):
        with pytest.raises(LimenError):
            pick(harbor, app_id, picks, "")


def test_an_entry_that_can_not_be_added_to_is_left_alone(harbor: Company) -> None:
    odd = replace(harbor, files={**harbor.files, APPS: harbor.files[APPS].replace("- id: wiki\n", "- id: wiky\n")})
    with pytest.raises(LimenError, match="no app"):
        pick(odd, "wiki", [Pick("GET", "/x", "share")], "")


PATTERNS = ("/", "/a", "/a/*", "/a/b", "/*/b", "/a/**", "/**", "/a/*/**", "/b")
PATHS = ("", "a", "b", "a/b", "b/b", "a/c", "a/b/c", "c/d/e")


def test_covering_and_overlapping_agree_with_what_the_doors_match() -> None:
    reach = {
        pattern: {
            path for path in PATHS if _Pattern.parse(pattern).matches(tuple(one for one in path.split("/") if one))
        }
        for pattern in PATTERNS
    }
    for one, other in product(PATTERNS, repeat=2):
        assert covers(one, other) is (reach[other] <= reach[one]), (one, other)
        assert overlaps(one, other) is bool(reach[one] & reach[other]), (one, other)
