"""An S3 bucket, read: its objects listed and fetched, each request signed for an access key (Signature Version 4).

The signature is botocore's, which the extra `limen[aws]` brings; what asks is Limen's own guarded client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from limen.clock import Instant, from_iso
from limen.connectors.vendor_client import VendorClient, VendorError

MOST_KEYS: Final = 1_000
"""In one answer: what S3 gives at most."""
_LONGEST_KEY: Final = 1_024
"""Bytes of UTF-8."""
_MOST_TAGS: Final = 50
_LONGEST_ETAG: Final = 120
_NAMESPACE: Final = "{*}"
_FINE: Final = frozenset({200, 206})
_NONE: Final = 404
_EVERYBODY: Final = (
    b"http://acs.amazonaws.com/groups/global/AllUsers",
    b"http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
"""Groups of everybody: also whoever has an account at AWS is a stranger."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as a list has it. What it does not tell is 0 or ""."""

    key: str
    size: int = 0
    changed_at: Instant = 0
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of the objects below a prefix, in the order of their keys, and what stands for those below a further `/`."""

    objects: list[StoredObject]
    folders: list[str]
    is_all: bool

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.objects]


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """What a bucket says of itself. None: Limen may not ask, or S3 does not say."""

    encryption: str | None = None
    """The algorithm that encrypts what is stored; "" for none."""
    is_public: bool | None = None
    """Whether its policy or its access control list lets anybody read."""


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

    async def part(self, key: str, start: int, size: int, etag: str) -> bytes:
        """So many bytes of an object from `start` on, while it is the one of this etag (RFC 9110 section 14.2).

        Raises VendorError; its status is 412 where it is another by now.
        """
        wanted = {"range": f"bytes={start}-{start + size - 1}", **({"if-match": f'"{etag}"'} if etag else {})}
        return await self._get(f"/{quote(key, safe='/')}", {}, wanted)

    async def tags(self, key: str) -> dict[str, str]:
        """The tags of an object (*GetObjectTagging*). Raises VendorError."""
        root = _parsed(await self._get(f"/{quote(key, safe='/')}", {"tagging": ""}))
        if _name_of(root) != "Tagging":
            raise VendorError("garbage")
        every = list(root.iter(f"{_NAMESPACE}Tag"))[:_MOST_TAGS]
        return {one.findtext(f"{_NAMESPACE}Key") or "": one.findtext(f"{_NAMESPACE}Value") or "" for one in every}

    async def settings(self) -> BucketSettings:
        """What the bucket says of its encryption, and of whom it lets read. Raises no VendorError."""
        encryption = await self._setting("encryption")
        policy, grants = await self._setting("policyStatus"), await self._setting("acl")
        algorithm = _text_in(encryption, "SSEAlgorithm") if encryption else encryption
        said = None if policy is None else _text_in(policy, "IsPublic").lower() == "true"
        listed = None if grants is None else any(one in grants for one in _EVERYBODY)
        known = [one for one in (said, listed) if one is not None]
        return BucketSettings(
            encryption=None if algorithm is None else str(algorithm or ""),
            is_public=any(known) if known else None,
        )

    # Inside

    async def _setting(self, name: str) -> bytes | None:
        """A sub-resource of the bucket; b"" where it has none, None where it is not told."""
        try:
            return await self._get("/", {name: ""})
        except VendorError as error:
            return b"" if error.status == _NONE else None

    async def _get(self, path: str, query: Mapping[str, str], wanted: Mapping[str, str] | None = None) -> bytes:
        written = urlencode(sorted(query.items()), quote_via=quote, safe="")
        address = f"{path}?{written}" if written else path
        headers = self._signed(f"{self._client.origin}{address}") | dict(wanted or {})
        reply = await self._client.send("GET", address, None, headers, fine=_FINE, may_be_packed=True)
        return reply.body

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
    root = _parsed(answer)
    if _name_of(root) != "ListBucketResult":
        raise VendorError("garbage")
    objects = [_object(one) for one in root.iterfind(f"{_NAMESPACE}Contents")]
    folders = [one.text or "" for one in root.iterfind(f"{_NAMESPACE}CommonPrefixes/{_NAMESPACE}Prefix")]
    keys = [one.key for one in objects]
    if not all(one.startswith(prefix) and len(one.encode()) <= _LONGEST_KEY for one in (*keys, *folders)):
        raise VendorError("garbage")
    return Listed(objects, folders, root.findtext(f"{_NAMESPACE}IsTruncated") != "true")


def _object(told: Any) -> StoredObject:
    size, changed = (told.findtext(f"{_NAMESPACE}{name}") or "" for name in ("Size", "LastModified"))
    try:
        at = from_iso(changed) if changed else 0
    except ValueError:
        raise VendorError("garbage") from None
    return StoredObject(
        key=told.findtext(f"{_NAMESPACE}Key") or "",
        size=int(size) if size.isascii() and size.isdigit() else 0,
        changed_at=at,
        etag=(told.findtext(f"{_NAMESPACE}ETag") or "").strip('"')[:_LONGEST_ETAG],
    )


def _text_in(answer: bytes, name: str) -> str:
    """The text of the first element of this name; "" where there is none, or it is no XML."""
    try:
        return next((one.text or "" for one in _parsed(answer).iter(f"{_NAMESPACE}{name}")), "")
    except VendorError:
        return ""


def _parsed(answer: bytes) -> Any:
    from lxml import etree  # noqa: PLC0415 -- heavy, and no start waits for it

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(answer, parser)
    except etree.XMLSyntaxError:
        raise VendorError("garbage") from None


def _name_of(element: Any) -> str:
    from lxml import etree  # noqa: PLC0415 -- as above

    return str(etree.QName(element).localname)
