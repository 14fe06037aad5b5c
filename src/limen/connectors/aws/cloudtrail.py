"""AWS CloudTrail, from the S3 bucket that a trail writes to (`s3:ListBucket` and `s3:GetObject` below its prefix).

A file is `…AWSLogs/[organization/]account/CloudTrail/region/year/month/day/…_instant_random.json.gz`: below a day the
keys are in the order in which the files came. Each account and region is a stream: its files after the last, and once
more those of the hour before it, since files of one minute have no order.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from limen.clock import DAY, HOUR, Instant
from limen.connectors.aws.bucket import Bucket
from limen.connectors.log_pages import Had, LogPage, LogPages, records_in
from limen.connectors.vendor_client import VendorError

FIRST: Final = DAY
BACK: Final = HOUR
MOST_STREAMS: Final = 500
MOST_UNPACKED: Final = 64 << 20
"""CloudTrail's own files are 50 MB at most."""
_ACCOUNT: Final = re.compile(r"\d{12}/")
_ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{4,32}/")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z0-9]{2,12}){1,4}-\d{1,2}/")
_FILE: Final = re.compile(r"[\w.-]{1,300}\.json\.gz")


class _Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """All before `reached` was had."""

    reached: Instant = 0


def host(bucket: str, region: str) -> str:
    """Where the bucket is."""
    return f"https://{bucket}.s3.{region}.amazonaws.com"


async def streams(bucket: Bucket, prefix: str) -> list[str]:
    """The folder of each account and region of which CloudTrail wrote something. Raises VendorError."""
    above = [f"{prefix}AWSLogs/"]
    accounts = await _folders(bucket, above[0], _ACCOUNT)
    for organization in await _folders(bucket, above[0], _ORGANIZATION):
        accounts += await _folders(bucket, organization, _ACCOUNT)
    found: list[str] = []
    for account in accounts:
        found += await _folders(bucket, f"{account}CloudTrail/", _REGION)
        if len(found) > MOST_STREAMS:
            raise VendorError("too-much")
    return found


async def pages(bucket: Bucket, folder: str, cursor: str, now: Instant, had: Had) -> LogPages:
    """The records of each file of an account and region up to now, but of those that were had. Raises VendorError."""
    reached = min(_read(cursor).reached or now - FIRST, now)
    for day in _days(reached - BACK, now):
        below = f"{folder}{day:%Y/%m/%d}/"
        after = below
        while True:
            listed = await bucket.listed(below, after=after)
            for key in listed.keys:
                if _is_new(key, below, reached - BACK) and key.encode() not in had:
                    yield LogPage(await _file(bucket, key))
                    had.add([key.encode()])
            if listed.is_all or not listed.keys:
                break
            if listed.keys[-1] <= after:
                raise VendorError("garbage")
            after = listed.keys[-1]
        ended = int((day + timedelta(days=1)).timestamp() * 1_000)
        yield LogPage([], msgspec.json.encode(_Place(max(reached, min(now, ended)))).decode())


async def _file(bucket: Bucket, key: str) -> list[bytes]:
    """The records of a file; of one that can't be read a record that says so, since others come after it."""
    try:
        return await asyncio.to_thread(_records, await bucket.get(key))
    except VendorError as error:
        if error.word not in {"garbage", "too-much"}:
            raise
        return [msgspec.json.encode({"unreadable": key, "reason": error.what})]


async def _folders(bucket: Bucket, above: str, named: re.Pattern[str]) -> list[str]:
    listed = await bucket.listed(above, by_folder=True)
    return [one for one in listed.folders if named.fullmatch(one[len(above) :])]


def _days(since: Instant, until: Instant) -> list[datetime]:
    first = datetime.fromtimestamp(since // 1_000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return [first + timedelta(days=n) for n in range((until - int(first.timestamp() * 1_000)) // DAY + 1)]


def _is_new(key: str, below: str, since: Instant) -> bool:
    """Whether it is a file of CloudTrail, and by its name not from before."""
    name = key[len(below) :]
    if not _FILE.fullmatch(name):
        return False
    stamp = re.search(r"_(\d{8}T\d{4})Z_", name)
    try:
        written = datetime.strptime(stamp[1], "%Y%m%dT%H%M").replace(tzinfo=UTC) if stamp else None
    except ValueError:
        written = None
    return written is None or written.timestamp() * 1_000 + 60_000 > since


def _records(packed: bytes) -> list[bytes]:
    """Raises VendorError where it is no file of CloudTrail."""
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacking.decompress(packed, MOST_UNPACKED)
    except zlib.error:
        raise VendorError("garbage") from None
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise VendorError("too-much" if unpacking.unconsumed_tail else "garbage")
    return records_in(found, "Records")


def _read(cursor: str) -> _Place:
    try:
        return msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
    except msgspec.MsgspecError:
        return _Place()
