"""moto's EC2 on loopback: groups, ACLs and interfaces as AWS keeps them. It lets no packet through, and is not AWS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto.ec2.models import ec2_backends
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
ACCESS_KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@dataclass(frozen=True)
class Ec2:
    origin: str
    boto: Any


@contextmanager
def ec2() -> Iterator[Ec2]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        ec2_backends.reset()
        known = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET, "region_name": REGION}
        yield Ec2(f"http://{host}:{port}", boto3.client("ec2", endpoint_url=f"http://{host}:{port}", **known))
    finally:
        server.stop()
