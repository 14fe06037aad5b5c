"""An S3 bucket, read: its objects listed and fetched, each request signed for an access key (Signature Version 4).

The signature is botocore's, which the extra `limen[aws]` brings; what asks is Limen's own guarded client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from limen.connectors.vendor_client import VendorClient, VendorError

MOST_KEYS: Final = 1_000
"""In one answer: what S3 gives at most."""
_LONGEST_KEY: Final = 1_024
_NAMESPACE: Final = "{*}"


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of the keys below a prefix, in their order, and what stands for those below a further `/`."""

    keys: list[str]
    folders: list[str]
    is_all: bool


class Bucket:
    """`client`'s origin is the bucket's own address. `secret` is the secret access key of `access_key`."""

    def __init__(self, client: VendorClient, region: str, access_key: str, secret: str) -> None:
        self._client = client
        self._region = region
        self._access_key = access_key
        self._secret = secret

    async def listed(self, prefix: str, *, after: str = "", by_folder: bool = False) -> Listed:
        """What comes after a key, below a prefix (*ListObjectsV2*). Raises VendorError."""
        query = {"list-type": "2", "prefix": prefix, "max-keys": str(MOST_KEYS)}
        query |= {"start-after": after} if after else {}
        query |= {"delimiter": "/"} if by_folder else {}
        return _read(await self._get("/", query), prefix)

    async def get(self, key: str) -> bytes:
        """What stands under a key, as it was stored. Raises VendorError."""
        return await self._get(f"/{quote(key, safe='/')}", {})

    async def _get(self, path: str, query: Mapping[str, str]) -> bytes:
        written = urlencode(sorted(query.items()), quote_via=quote, safe="")
        address = f"{path}?{written}" if written else path
        headers = self._signed(f"{self._client.origin}{address}")
        return (await self._client.reply(address, (), headers, may_be_packed=True)).body

    def _signed(self, url: str) -> dict[str, str]:
        try:
            from botocore.auth import S3SigV4Auth  # noqa: PLC0415 -- of an extra, and heavy
            from botocore.awsrequest import AWSRequest  # noqa: PLC0415 -- as above
            from botocore.credentials import Credentials  # noqa: PLC0415 -- as above
        except ImportError:
            raise VendorError("not-installed") from None
        request = AWSRequest("GET", url)
        S3SigV4Auth(Credentials(self._access_key, self._secret), "s3", self._region).add_auth(request)
        return dict(request.headers.items())


def _read(answer: bytes, prefix: str) -> Listed:
    """A `ListBucketResult`; no entity of its own means anything."""
    from lxml import etree  # noqa: PLC0415 -- heavy, and no start waits for it

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(answer, parser)
    except etree.XMLSyntaxError:
        raise VendorError("garbage") from None
    if etree.QName(root).localname != "ListBucketResult":
        raise VendorError("garbage")
    keys = [one.text or "" for one in root.iterfind(f"{_NAMESPACE}Contents/{_NAMESPACE}Key")]
    folders = [one.text or "" for one in root.iterfind(f"{_NAMESPACE}CommonPrefixes/{_NAMESPACE}Prefix")]
    if not all(one.startswith(prefix) and len(one) <= _LONGEST_KEY for one in (*keys, *folders)):
        raise VendorError("garbage")
    return Listed(keys, folders, root.findtext(f"{_NAMESPACE}IsTruncated") != "true")
