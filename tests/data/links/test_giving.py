"""Whom permissions let in, by what the vendor says of them."""

from __future__ import annotations

import pytest

from limen.connectors.sharing import NOBODY_KNOWN, Scope, SharedItem, SharingPermission
from limen.data.inventory.model import Audience
from limen.data.links.giving import given_by

ITEM = SharedItem("d/A", "a.txt")
OURS = ("harbor.example",)


@pytest.mark.parametrize(
    ("permission", "audience", "outside"),
    [
        (SharingPermission("1", Scope.ANYONE), Audience.ANYONE, {"anyone"}),
        (SharingPermission("1", Scope.COMPANY), Audience.COMPANY, set()),
        (
            SharingPermission("1", Scope.NAMED, frozenset({"v@partner.example"})),
            Audience.OUTSIDE,
            {"v@partner.example"},
        ),
        (SharingPermission("1", Scope.NAMED, frozenset({NOBODY_KNOWN})), Audience.OUTSIDE, {NOBODY_KNOWN}),
        (SharingPermission("1", Scope.NAMED, domains=frozenset({"p.example"})), Audience.OUTSIDE, {"p.example"}),
        (SharingPermission("1", Scope.NAMED, domains=frozenset(OURS)), Audience.COMPANY, set()),
    ],
)
def test_links_and_invitations(permission: SharingPermission, audience: Audience, outside: set[str]) -> None:
    (given,) = given_by(ITEM, [permission], OURS)
    assert (given.audience, given.outside, given.at) == (audience, outside, "d/A")


def test_people_of_the_company_need_no_judgement() -> None:
    people = frozenset({"tom@harbor.example", "eva@sub.harbor.example"})
    assert (
        given_by(ITEM, [SharingPermission("1", Scope.NAMED, people), SharingPermission("2", Scope.NAMED)], OURS) == []
    )


def test_where_it_has_to_be_taken_away() -> None:
    inherited = SharingPermission("1", Scope.ANYONE, of="d/F")
    of_drive = SharingPermission("2", Scope.ANYONE, of="d/F", of_drive=True)
    assert [one.at for one in given_by(ITEM, [inherited, of_drive], OURS)] == ["d/F", ""]
