"""What other providers' logs tell of sign-ins."""

from __future__ import annotations

from typing import Any

import pytest

from limen.clock import DAY, Instant
from limen.errors import LimenError
from limen.monitor.search.answer import Found, Group
from limen.monitor.search.query import Condition
from limen.roadmap.identity.imported import SILENT_AFTER, Imported, Look, imported, why_weak
from limen.roadmap.identity.providers import no_log

NOW = 400 * DAY
ROW = {"uid": "u1", "user": "ben@harbor.example", "person_id": "p_ben", "app": "Mail", "product": "azure", "mfa": 1}
SENT = {"azure": 0, "okta": 0}


def group(product: str, app: str, count: int, last_at: Instant = NOW - DAY) -> Group:
    return Group((product, app), count, last_at)


def looking(every: Found, weak: Found | None = None, on_record: tuple[str, ...] = ()) -> Look:
    """A store that has said these products, however long ago, and these sign-ins of 30 days."""

    def look(
        _condition: Condition, since: Instant, _until: Instant, *, rows: int = 0, groups: tuple[str, ...] = ()
    ) -> Found:
        if groups == ("product",):
            assert since == 0
            return Found(groups=[Group((one,), 1, 1) for one in on_record])
        return (weak or Found()) if rows else every

    return look


def test_weak_ones_are_told_with_their_app_and_why() -> None:
    every = Found(groups=[group("azure", "Mail", 38), group("azure", "Sheets", 2)])
    (told,) = imported(looking(every, Found(rows=[ROW], groups=[group("Azure", "Mail", 3)])), NOW, ["azure"], SENT)
    assert (told.name, told.total, told.weak_total, told.missing) == ("Entra ID", 40, 3, "")
    assert told.apps == {"Mail": 3, "Sheets": 0}
    assert [(one.person_id, one.why) for one in told.weak] == [("p_ben", "with one factor")]


def test_the_log_of_one_provider_tells_nothing_of_another() -> None:
    every = Found(groups=[group("okta", "Wiki", 9)])
    azure, okta = imported(looking(every), NOW, ["azure", "okta"], SENT)
    assert (okta.total, okta.missing) == (9, "")
    assert azure.missing


def test_one_that_was_disconnected_is_known_by_what_it_once_said() -> None:
    every = Found(groups=[group("okta", "Wiki", 9)])
    told = imported(looking(every, on_record=("m365", "okta")), NOW, [], {})
    assert told == tuple(Imported(one, missing=no_log(one)) for one in ("azure", "okta"))
    assert imported(looking(Found()), NOW, [], {}) == ()


def test_one_that_no_log_tells_of_stays_unknown() -> None:
    (told,) = imported(looking(Found()), NOW, ["idp.harbor.example"], SENT)
    assert told.missing == no_log("idp.harbor.example")


def test_a_log_that_stopped_is_silent_unless_it_is_asked_and_answers() -> None:
    before = Found(groups=[group("okta", "Wiki", 9, NOW - SILENT_AFTER - 1)])
    assert imported(looking(before), NOW, ["okta"], {"okta": 0})[0].missing
    assert imported(looking(before), NOW, ["okta"], {"okta": NOW - DAY})[0] == Imported("okta", 9, apps={"Wiki": 0})
    assert imported(looking(Found()), NOW, ["okta"], {"okta": NOW - DAY})[0].missing


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({**ROW, "operation": "IMAP4"}, "by IMAP4, which knows no second factor"),
        ({**ROW, "mfa": 2, "raw": '{"authMethod": "Text message"}'}, "with a text message"),
        ({**ROW, "mfa": 0}, "the provider does not say with how many factors"),
    ],
)
def test_why_one_is_weak(row: dict[str, Any], why: str) -> None:
    assert why_weak(row) == why


@pytest.mark.parametrize("declared", [["okta"], []])
def test_where_the_store_gives_no_whole_answer_nothing_is_known(declared: list[str]) -> None:
    def fails(*_asked: Any, **_more: Any) -> Found:
        raise LimenError("it takes too long", "ask for less")

    cut = Found(groups=[group("okta", "Wiki", 9)], are_groups_cut=True)
    for look in (fails, looking(cut, on_record=("okta",)), looking(Found(missing="ClickHouse"), on_record=("okta",))):
        (told,) = imported(look, NOW, declared, SENT)
        assert told.missing
        assert told.total == 0
