"""Harbor, Ada, who administers Limen there, stores of data with what was found in them; and with recovery keys, and who
may open sealed files.
"""

from __future__ import annotations

import pytest
from tests.web.conftest import TUESDAY_MORNING, Browser, House
from tests.web.data.sealed import harbor, ida

from limen.clock import DAY
from limen.data.inventory import kept_items, kept_stores
from limen.data.inventory.kept_items import Looked
from limen.data.inventory.model import Audience, Counted, Evidence, Item, LookedInto, StatedStores, Store, StoreKind
from limen.facts import Label
from limen.storage import Transaction

__all__ = ["harbor", "ida"]
NOW = TUESDAY_MORNING
WRONG = "the database refuses"
OLD = NOW - 500 * DAY
SHARE = Store(
    "shares",
    StoreKind.FOLDER,
    "/srv/shares",
    Label.INTERNAL,
    owner="finance",
    reached_by=("wiki",),
    needed_by=("finance",),
    inside=("harbor.example",),
)
BUCKET = Store("archive", StoreKind.S3, "harbor-archive", Label.RESTRICTED, region="eu-central-1", client="A" * 20)
EMPTY = Store("erp", StoreKind.POSTGRESQL, "postgresql://reader@db/erp", Label.CONFIDENTIAL, reached_by=("gone",))
FOUND = (
    Looked(
        Item("1", "hr/salaries <2026>.csv", 12_000, NOW - DAY, "e", NOW - DAY),
        looked=LookedInto(Label.CONFIDENTIAL, (Counted("iban", 24, 3),)),
    ),
    Looked(
        Item("2", "web/=cmd.txt", 500, OLD, "e", OLD, audience=Audience.OUTSIDE, domains=("partner.example",)),
        looked=LookedInto(),
    ),
    Looked(Item("3", "web/flyer.pdf", 90_000, OLD, "e", OLD, audience=Audience.ANYONE), looked=LookedInto()),
    Looked(Item("4", "old/plan.docx", 5_000, OLD, "e", OLD), looked=LookedInto(why_not=("encrypted",))),
)


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


def state(house: House, *stores: Store) -> None:
    house.limen.known.set_rules(StatedStores, StatedStores({one.name: one for one in stores}))


async def filled(house: House) -> None:
    """Three stores, one with documents, one empty, one that fails."""
    state(house, SHARE, BUCKET, EMPTY)

    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        for store in (SHARE, BUCKET):
            walk = kept_stores.begin_walk(connection, store.name, store.place, "r", NOW)
            if store is SHARE:
                kept_items.keep(connection, store.name, walk.walk, FOUND, NOW)
            kept_stores.end_walk(connection, walk, NOW)
        kept_stores.keep_evidence(connection, "archive", Evidence(is_encrypted=True, encrypted_by="aws:kms"))
        kept_stores.ASKED.ended(connection, "erp", NOW, WRONG)

    await house.limen.database.writing(work)
