"""moto's S3 on loopback, with a bucket as a trail of CloudTrail fills it. It is not S3."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto import settings
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

ACCOUNT, REGION, BUCKET = "123456789012", "eu-central-1", "harbor-trail"
ACCESS_KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def record(number: int, at: str = "2026-11-27T08:00:00Z", **more: Any) -> dict[str, Any]:
    """A record as CloudTrail's reference shows it, shortened."""
    return {
        "eventVersion": "1.11",
        "eventID": f"6f5a1f0e-0000-4000-8000-{number:012}",
        "eventTime": at,
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateAccessKey",
        "awsRegion": REGION,
        "sourceIPAddress": "203.0.113.7",
        "userIdentity": {"type": "IAMUser", "userName": "ida", "accountId": ACCOUNT},
        **more,
    }


@dataclass(frozen=True)
class Trail:
    """A bucket, and its address."""

    origin: str
    s3: Any
    iam: Any

    def user_with(self, policy: str) -> tuple[str, str]:
        """An access key of a user who may do what this policy says; from now on signatures and policies count."""
        self.iam.create_user(UserName="limen")
        self.iam.put_user_policy(UserName="limen", PolicyName="logs", PolicyDocument=policy)
        key = self.iam.create_access_key(UserName="limen")["AccessKey"]
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        return key["AccessKeyId"], key["SecretAccessKey"]

    def put(self, day: str, minute: str, random: str, *records: dict[str, Any], body: bytes = b"", of: str = "") -> str:
        """A file of this day (`2026/11/27`) and minute (`0805`)."""
        stamp = f"{day.replace('/', '')}T{minute}Z"
        name = f"{ACCOUNT}_CloudTrail_{REGION}_{stamp}_{random}.json.gz"
        key = f"AWSLogs/{of}{ACCOUNT}/CloudTrail/{REGION}/{day}/{name}"
        packed = body or gzip.compress(json.dumps({"Records": list(records)}).encode())
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=packed, ContentType="application/json", ContentEncoding="gzip")
        return key


@contextmanager
def trail() -> Iterator[Trail]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    unchecked = settings.INITIAL_NO_AUTH_ACTION_COUNT
    try:
        host, port = server.get_host_and_port()
        s3_backends.reset()
        iam_backends.reset()
        known = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET, "region_name": REGION}
        s3, iam = (boto3.client(name, endpoint_url=f"http://{host}:{port}", **known) for name in ("s3", "iam"))
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield Trail(f"http://{host}:{port}/{BUCKET}", s3, iam)
    finally:
        settings.INITIAL_NO_AUTH_ACTION_COUNT = unchecked
        server.stop()
