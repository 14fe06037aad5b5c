"""CloudTrail from S3, with moto's server."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.emulators.s3 import ACCESS_KEY, ACCOUNT, BUCKET, REGION, SECRET, Trail, record, trail
from tests.emulators.vendor import asking

from limen.clock import MINUTE, from_iso
from limen.connectors.aws import cloudtrail
from limen.connectors.aws.bucket import Bucket
from limen.connectors.log_pages import Had
from limen.connectors.vendor_client import VendorError

NOW = from_iso("2026-11-27T09:00:00Z")
GUIDE = Path(__file__).parents[3] / "docs/how-to/clouds.md"
FOLDER = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/"


@pytest.fixture
def there() -> Iterator[Trail]:
    with trail() as found:
        yield found


async def had(
    there: Trail, cursor: str = "", now: int = NOW, known: Had | None = None, folder: str = FOLDER
) -> tuple[list[str], str]:
    async with asking(there.origin) as asked:
        bucket = Bucket(asked.client, REGION, ACCESS_KEY, SECRET)
        found = []
        async for page in cloudtrail.pages(bucket, folder, cursor, now, known or Had()):
            found += [json.loads(one) for one in page.records]
            cursor = page.cursor or cursor
    return [one.get("eventID", "unreadable")[-1] for one in found], cursor


async def test_files_of_each_day_are_read_once_and_then_what_is_new(there: Trail) -> None:
    there.put("2026/11/26", "0700", "a", record(0))  # too long ago
    there.put("2026/11/26", "2350", "a", record(1), record(2))
    there.put("2026/11/27", "0805", "b", record(3))
    known = Had()
    found, cursor = await had(there, known=known)
    assert found == ["1", "2", "3"]
    assert (await had(there, cursor, NOW + MINUTE, known))[0] == []
    there.put("2026/11/27", "0855", "a", record(4))
    there.put("2026/11/27", "0805", "a", record(5))  # of the same minute, by its key before what was had
    assert (await had(there, cursor, NOW + MINUTE, known))[0] == ["5", "4"]
    assert (await had(there, cursor, NOW + MINUTE))[0] == ["5", "3", "4"]  # after a restart the last hour comes twice


async def test_all_accounts_of_an_organization_and_their_regions_are_found(there: Trail) -> None:
    there.put("2026/11/27", "0805", "a", record(1))
    there.put("2026/11/27", "0806", "a", record(2), of="o-a1b2c3d4e5/")
    there.s3.put_object(Bucket="harbor-trail", Key=f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/x", Body=b"")
    there.s3.put_object(Bucket="harbor-trail", Key="AWSLogs/other/CloudTrail/x", Body=b"")
    async with asking(there.origin) as asked:
        found = await cloudtrail.streams(Bucket(asked.client, REGION, ACCESS_KEY, SECRET), "")
    assert found == [FOLDER, f"AWSLogs/o-a1b2c3d4e5/{ACCOUNT}/CloudTrail/{REGION}/"]


async def test_more_files_than_one_list_holds(there: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.connectors.aws.bucket.MOST_KEYS", 2)
    for n in range(5):
        there.put("2026/11/27", f"080{n}", "a", record(n))
    assert (await had(there))[0] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "body",
    [
        b"no gzip",
        gzip.compress(b"[]"),
        gzip.compress(b'{"Records": [1]}'),
        gzip.compress(b'{"Records": [{}]}')[:-9],
        gzip.compress(b" " * (cloudtrail.MOST_UNPACKED + 1)),
    ],
    ids=["no gzip", "no records", "no objects", "cut off", "a bomb"],
)
async def test_a_file_that_cant_be_read_is_told_of_and_others_follow(there: Trail, body: bytes) -> None:
    there.put("2026/11/27", "0805", "a", body=body)
    there.put("2026/11/27", "0806", "a", record(1))
    assert (await had(there))[0] == ["e", "1"]


async def test_the_guides_policy_is_enough_and_no_more_with_signatures_that_are_checked(there: Trail) -> None:
    keys = ["AWSLogs/a b/ü+&=%.json.gz", "other"]
    for key in keys:
        there.s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    (policy,) = re.findall(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    access_key, secret = there.user_with(policy)
    async with asking(there.origin) as asked:
        bucket = Bucket(asked.client, REGION, access_key, secret)
        assert (await bucket.listed("AWSLogs/", after="AWSLogs/a ")).keys == keys[:1]
        assert (await bucket.listed("AWSLogs/", by_folder=True)).folders == ["AWSLogs/a b/"]
        assert await bucket.get(keys[0]) == b"x"
        for refused in (bucket, Bucket(asked.client, REGION, access_key, "wrong")):
            with pytest.raises(VendorError) as error:
                await refused.get(keys[refused is bucket])
            assert error.value.word == "not-allowed"
