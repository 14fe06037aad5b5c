"""A bucket, as S3 lists it; and what an answer that is none comes to."""

from __future__ import annotations

import sys

import pytest
from aiohttp import web
from tests.emulators.s3 import ACCESS_KEY, REGION, SECRET
from tests.emulators.vendor import Vendor, asking, served

from limen.connectors.aws.bucket import Bucket, Listed, StoredObject
from limen.connectors.vendor_client import VendorError

XML = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
BOMB = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


async def listed(answer: str) -> Listed:
    async def listing(request: web.Request) -> web.Response:
        assert request.headers["authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/")
        return web.Response(text=answer, content_type="application/xml")

    vendor = Vendor()
    async with served(vendor, {"GET /": listing}), asking(vendor.origin) as asked:
        found = await Bucket(asked.client, REGION, ACCESS_KEY, SECRET).listed("logs/", after="logs/a", by_folder=True)
    assert vendor.asked == ["/?delimiter=%2F&list-type=2&max-keys=1000&prefix=logs%2F&start-after=logs%2Fa"]
    return found


async def test_keys_and_folders() -> None:
    told = "<IsTruncated>true</IsTruncated><Contents><Key>logs/b</Key></Contents>"
    told += "<CommonPrefixes><Prefix>logs/c/</Prefix></CommonPrefixes>"
    found = await listed(f"<ListBucketResult {XML}>{told}</ListBucketResult>")
    assert found == Listed([StoredObject("logs/b")], ["logs/c/"], is_all=False)
    assert found.keys == ["logs/b"]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "no xml",
        "<Error/>",
        f"<ListBucketResult {XML}><Contents><Key>elsewhere/b</Key></Contents></ListBucketResult>",
        f"<ListBucketResult {XML}><Contents><Key>logs/{'x' * 2_000}</Key></Contents></ListBucketResult>",
        f"{BOMB}<ListBucketResult {XML}><Contents><Key>&y;</Key></Contents></ListBucketResult>",
        f"{OUTSIDE}<ListBucketResult><Contents><Key>&x;</Key></Contents></ListBucketResult>",
    ],
)
async def test_what_is_no_list_of_what_was_asked_for(answer: str) -> None:
    with pytest.raises(VendorError) as error:
        await listed(answer)
    assert error.value.word == "garbage"


async def test_without_the_package_that_signs_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    async with asking("http://127.0.0.1:9") as asked:
        with pytest.raises(VendorError) as error:
            await Bucket(asked.client, REGION, ACCESS_KEY, SECRET).listed("")
    assert error.value.word == "not-installed"
