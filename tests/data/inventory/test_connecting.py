from __future__ import annotations

import pytest

from limen.connectors.vendor_client import VendorClient, VendorError
from limen.data.inventory.buckets import BucketWalker
from limen.data.inventory.connecting import NO_PASSWORD, Walkers
from limen.data.inventory.databases import DatabaseWalker
from limen.data.inventory.folders import FolderWalker
from limen.data.inventory.model import Store, StoreKind
from limen.enforcement.resolving import Resolver
from limen.facts import Label


def store(kind: StoreKind, where: str, **more: str) -> Store:
    return Store("x", kind, where, Label.INTERNAL, **more)


async def test_each_kind_has_its_walker() -> None:
    asked: list[str] = []

    def client(origin: str) -> VendorClient:
        asked.append(origin)
        return VendorClient(origin, Resolver)

    walkers = Walkers(client, ("harbor.example",))
    bucket = store(StoreKind.S3, "harbor-files/hr/", region="eu-central-1", client="A" * 20)
    database = store(StoreKind.POSTGRESQL, "postgresql://reader@db.harbor.example/erp")
    for one, kind in (
        (store(StoreKind.FOLDER, "/srv/shares"), FolderWalker),
        (store(StoreKind.SMB, "/mnt/shares"), FolderWalker),
        (bucket, BucketWalker),
        (database, DatabaseWalker),
    ):
        async with walkers.opened(one, NO_PASSWORD, 0) as walker:
            assert type(walker) is kind
    assert asked == ["https://harbor-files.s3.eu-central-1.amazonaws.com"]


async def test_a_secret_of_another_kind_says_so() -> None:
    walkers = Walkers(lambda origin: VendorClient(origin, Resolver))
    with pytest.raises(VendorError) as wrong:
        async with walkers.opened(store(StoreKind.GOOGLE_DRIVE, "mia@harbor.example"), "no key file", 0):
            raise AssertionError
    assert wrong.value.word == "wrong-secret"
