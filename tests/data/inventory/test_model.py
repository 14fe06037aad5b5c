from __future__ import annotations

from limen.data.inventory.model import Audience, Item, Store, StoreKind, item_id
from limen.facts import Label


def test_an_item_is_kept_under_an_id_of_fixed_length_whatever_its_key_is() -> None:
    assert len(item_id("a")) == len(item_id("a/" * 2_000)) == 32
    assert item_id("a") != item_id("b")
    assert item_id(b"caf\xe9".decode("utf-8", "surrogateescape")) != item_id("caf?")


def test_the_folder_of_an_item() -> None:
    assert [Item("k", path, 0, 0, "").folder for path in ("a.txt", "hr/a.txt", "hr/2026/a.txt")] == [
        "",
        "hr",
        "hr/2026",
    ]


def test_a_secret_is_for_one_place() -> None:
    one = Store("trail", StoreKind.S3, "harbor-files", Label.INTERNAL, region="eu-central-1", client="A" * 20)
    other = Store("trail", StoreKind.S3, "harbor-other", Label.INTERNAL, region="eu-central-1", client="A" * 20)
    assert one.place != other.place


def test_the_order_of_audiences_is_who_may_see_more() -> None:
    assert sorted(Audience) == [Audience.NAMED, Audience.COMPANY, Audience.OUTSIDE, Audience.ANYONE]
    assert [kind for kind in StoreKind if kind.is_local] == [StoreKind.FOLDER, StoreKind.SMB]
