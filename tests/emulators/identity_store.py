"""moto's identity store on loopback, as IAM Identity Center has one. It is not AWS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto.identitystore.models import identitystore_backends
from moto.server import ThreadedMotoServer

REGION, STORE = "eu-central-1", "d-0123456789"
ACCESS_KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@dataclass(frozen=True)
class IdentityStore:
    """A store with one group."""

    origin: str
    boto: Any
    group: str

    def person(self, name: str) -> str:
        """Their id."""
        made = self.boto.create_user(
            IdentityStoreId=STORE,
            UserName=name,
            DisplayName=name.title(),
            Name={"GivenName": name.title(), "FamilyName": "Lind"},
            Emails=[{"Value": f"{name}@harbor.example", "Type": "work", "Primary": True}],
        )
        return str(made["UserId"])

    def put(self, user_id: str) -> None:
        self.boto.create_group_membership(IdentityStoreId=STORE, GroupId=self.group, MemberId={"UserId": user_id})


@contextmanager
def identity_store() -> Iterator[IdentityStore]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        identitystore_backends.reset()
        known = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET, "region_name": REGION}
        boto = boto3.client("identitystore", endpoint_url=f"http://{host}:{port}", **known)
        group = boto.create_group(IdentityStoreId=STORE, DisplayName="Administrators")["GroupId"]
        yield IdentityStore(f"http://{host}:{port}", boto, group)
    finally:
        server.stop()
