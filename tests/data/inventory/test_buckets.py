"""A bucket walked through: at moto's S3, which is not S3, by Limen's own client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.emulators.s3 import ACCESS_KEY, BUCKET, REGION, SECRET, Trail, trail
from tests.emulators.vendor import asking

from limen.connectors.aws import bucket as of_aws
from limen.connectors.aws.bucket import Bucket
from limen.connectors.vendor_client import VendorError
from limen.data.inventory import buckets
from limen.data.inventory.buckets import BucketWalker
from limen.data.inventory.model import Audience, Gone, Item


@pytest.fixture(scope="module")
def moto() -> Iterator[Trail]:
    with trail() as served:
        yield served


@pytest.fixture
async def walker(moto: Trail) -> AsyncIterator[BucketWalker]:
    for key in ("hr/salaries.csv", "hr/2026/june.txt", "hr/", "web/index.html", "hr/übersicht.txt"):
        moto.s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    async with asking(moto.origin) as asked:
        yield BucketWalker(Bucket(asked.client, REGION, ACCESS_KEY, SECRET), "hr/")


async def items(walker: BucketWalker, cursor: str = "") -> list[Item]:
    return [item async for batch in walker.batches(cursor) for item in batch.items]


async def test_objects_below_the_prefix_are_items(walker: BucketWalker) -> None:
    found = await items(walker)
    assert [item.path for item in found] == ["2026/june.txt", "salaries.csv", "übersicht.txt"]
    assert [item.audience for item in found] == [Audience.NAMED] * 3
    assert (found[0].size, found[0].folder, found[0].changed_at > 0) == (16, "2026", True)


async def test_tags_say_what_is_labelled(moto: Trail, walker: BucketWalker, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, _ = await items(walker)
    tags = {"TagSet": [{"Key": "team", "Value": "finance"}, {"Key": "limen-label", "Value": "restricted"}]}
    moto.s3.put_object_tagging(Bucket=BUCKET, Key=first.key, Tagging=tags)
    said = await walker.beside(first)
    assert said is not None
    assert said(b"").words == ("restricted",)
    assert await walker.beside(second) is None
    asked: list[str] = []

    async def refused(key: str) -> dict[str, str]:
        asked.append(key)
        raise VendorError("refused", status=403)

    monkeypatch.setattr(walker._bucket, "tags", refused)
    assert [await walker.beside(one) for one in (first, second)] == [None, None]
    assert asked == [first.key]  # who may not ask is not asked for each

    async def missing(_key: str) -> dict[str, str]:
        raise VendorError("refused", status=404)

    monkeypatch.setattr(walker, "_may_ask_tags", True)
    monkeypatch.setattr(walker._bucket, "tags", missing)
    with pytest.raises(Gone):
        await walker.beside(first)


async def test_a_walk_goes_on_behind_a_key(walker: BucketWalker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_aws, "MOST_KEYS", 2)
    batches = [one async for one in walker.batches("")]
    assert [one.cursor for one in batches] == ["hr/2026/june.txt", ""]
    assert [one.path for one in await items(walker, batches[0].cursor)] == ["salaries.csv", "übersicht.txt"]


async def test_an_object_is_read_in_pieces_as_it_was_listed(
    moto: Trail, walker: BucketWalker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "PIECE", 5)
    first = (await items(walker))[0]
    assert [piece async for piece in walker.body(first)] == [b"hr/20", b"26/ju", b"ne.tx", b"t"]
    moto.s3.put_object(Bucket=BUCKET, Key=first.key, Body=b"something else!!")
    for _ in range(2):
        with pytest.raises(Gone):
            [piece async for piece in walker.body(first)]
        moto.s3.delete_object(Bucket=BUCKET, Key=first.key)


async def test_encryption_and_a_public_bucket_are_seen(moto: Trail, walker: BucketWalker) -> None:
    assert (await walker.evidence()).is_encrypted in {True, False}
    rule = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    moto.s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=rule)
    moto.s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    try:
        async with asking(moto.origin) as asked:
            again = BucketWalker(Bucket(asked.client, REGION, ACCESS_KEY, SECRET), "hr/")
            assert (await again.evidence()).encrypted_by == "aws:kms"
            assert {item.audience for item in await items(again)} == {Audience.ANYONE}
    finally:
        moto.s3.put_bucket_acl(Bucket=BUCKET, ACL="private")


async def test_who_may_only_list_and_read_still_walks(moto: Trail) -> None:
    actions = ["s3:ListBucket", "s3:GetObject"]
    allowed = {"Effect": "Allow", "Action": actions, "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]}
    key, secret = moto.user_with(json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    async with asking(moto.origin) as asked:
        walker = BucketWalker(Bucket(asked.client, REGION, key, secret), "hr/")
        assert len(await items(walker)) > 0
        told = await Bucket(asked.client, REGION, key, secret).settings()
        assert told.is_public is None
    async with asking(moto.origin) as asked:
        with pytest.raises(VendorError):
            await items(BucketWalker(Bucket(asked.client, REGION, key, "wrong" * 8), "hr/"))
