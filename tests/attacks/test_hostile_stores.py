"""What somebody who may write to a store, or runs one, can make of its inventory: nothing but what is there.

The rest is beside what it attacks: links and pipes (`tests/data/inventory/test_folders.py`), a hostile database
(`test_databases.py`), addresses that content is fetched from (`test_microsoft_drives.py`), cells that are formulas
(`tests/web/data/test_items.py`), names of stores and places (`test_stores_section.py`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.data.inventory.inventories import CARD, Taking, folder_store, taking
from tests.emulators.s3 import ACCESS_KEY, REGION, SECRET
from tests.emulators.vendor import Vendor, asking, served

from limen.connectors.aws.bucket import Bucket
from limen.connectors.vendor_client import VendorError
from limen.data.inventory import taking as of_inventory
from limen.data.inventory.buckets import BucketWalker
from limen.data.inventory.databases import Database as SourceDatabase, DatabaseWalker
from limen.data.inventory.folders import WalkError
from limen.data.inventory.model import Batch, Evidence, Item
from limen.storage import Database

LISTED = "<ListBucketResult><IsTruncated>{}</IsTruncated>{}</ListBucketResult>"


@pytest.fixture
def took(tmp_path: Path) -> Iterator[Taking]:
    share = tmp_path / "share"
    share.mkdir()
    database = Database.open(f"sqlite:///{tmp_path / 'limen.db'}")
    yield taking(database, folder_store(share))
    database.close()


async def walked(*answers: str) -> list[Item]:
    left = list(answers)

    async def answer(request: web.Request) -> web.Response:
        if "list-type" not in request.query:
            return web.Response(status=403)
        return web.Response(text=left.pop(0), content_type="application/xml")

    async with served(Vendor(), {"GET /": answer}) as vendor, asking(vendor.origin) as asked:
        walker = BucketWalker(Bucket(asked.client, REGION, ACCESS_KEY, SECRET))
        return [item async for batch in walker.batches("") for item in batch.items]


async def test_a_bucket_that_never_ends_its_list_does_not_hold_the_walk_forever() -> None:
    page = LISTED.format("true", "<Contents><Key>a</Key></Contents>")
    with pytest.raises(VendorError) as wrong:
        await walked(page, page)
    assert wrong.value.word == "garbage"


async def test_numbers_and_instants_that_are_none_are_no_items() -> None:
    odd = "<Contents><Key>a</Key><Size>99999e9</Size><LastModified>yesterday</LastModified></Contents>"
    with pytest.raises(VendorError):
        await walked(LISTED.format("false", odd))
    fine = "<Contents><Key>a</Key><Size>-5</Size><ETag>&quot;{}&quot;</ETag></Contents>".format("x" * 5_000)
    (item,) = await walked(LISTED.format("false", fine))
    assert (item.size, len(item.etag) < 200) == (0, True)


class Lying:
    """A store whose items say one size and give another, or never end."""

    def __init__(self, piece: bytes, pieces: int, seconds: float = 0.0) -> None:
        self._piece, self._pieces, self._seconds = piece, pieces, seconds

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        yield Batch((Item("a", "a.txt", 5, 1, "e"), Item("b", "b.txt", 5, 1, "e")), cursor)

    async def body(self, item: Item) -> AsyncIterator[bytes]:
        for _ in range(self._pieces if item.key == "a" else 1):
            await asyncio.sleep(self._seconds if item.key == "a" else 0)
            yield self._piece

    async def evidence(self) -> Evidence:
        return Evidence()


class Opening:
    def __init__(self, walker: Lying) -> None:
        self._walker = walker

    def opened(self, *_asked: object) -> Opening:
        return self

    async def __aenter__(self) -> Lying:
        return self._walker

    async def __aexit__(self, *_failure: object) -> None: ...


async def test_an_item_that_is_longer_than_it_says_is_cut_off_and_the_walk_goes_on(
    took: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_inventory, "LARGEST", 1_000)
    monkeypatch.setattr(took.inventory, "_walkers", Opening(Lying(b"x" * 100, 10**9)))
    await took.inventory.take(took.stores["share"])
    found = took.items()
    assert (found["a.txt"].why_not, found["b.txt"].why_not) == (("failed",), ())


async def test_an_item_that_drips_is_given_up(took: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_inventory, "ITEM_SECONDS", 0.5)
    monkeypatch.setattr(took.inventory, "_walkers", Opening(Lying(b"x", 3, 60.0)))
    await took.inventory.take(took.stores["share"])
    found = took.items()
    assert (found["a.txt"].why_not, found["b.txt"].why_not) == (("timed-out",), ())


async def test_no_value_is_in_the_database_whatever_it_is_called_like(took: Taking, tmp_path: Path) -> None:
    share = tmp_path / "share"
    with_files(share)
    await took.inventory.take(took.stores["share"])
    assert len(took.items()) == 2
    assert CARD.encode() not in kept_in(tmp_path)


def with_files(share: Path) -> None:
    (share / "cards.txt").write_text(CARD)
    Path(os.fsdecode(os.fsencode(share) + b"/\xff\n<script>.txt")).write_text("x")


def kept_in(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.glob("limen.db*"))


def test_who_stands_between_a_database_and_limen_gets_no_proof_of_its_password(tmp_path: Path) -> None:
    """With any certificate, and SCRAM that is not bound to the connection, they would pass it on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate, key = own_certificate()
    (tmp_path / "pem").write_bytes(certificate + key)
    context.load_cert_chain(tmp_path / "pem")
    got: list[bytes] = []

    def answer(listening: socket.socket) -> None:
        plain, _ = listening.accept()
        plain.recv(8)  # may this be TLS?
        plain.sendall(b"S")
        with context.wrap_socket(plain, server_side=True) as connection:
            connection.recv(4_096)  # who wants in
            offered = b"SCRAM-SHA-256\0\0"
            connection.sendall(b"R" + struct.pack(">II", 8 + len(offered), 10) + offered)
            with suppress(OSError):
                got.append(connection.recv(4_096))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=answer, args=(listening,))
        answering.start()
        walker = DatabaseWalker(
            SourceDatabase("db.harbor.example", listening.getsockname()[1], "erp", "reader", "secret")
        )
        walker._addresses = ("127.0.0.1",)
        with pytest.raises(WalkError):
            walker._listed()
        answering.join()
    assert got == [b""]


def own_certificate() -> tuple[bytes, bytes]:
    """A certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "db.harbor.example")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + dt.timedelta(days=1))
    form, hidden = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    return made.sign(key, hashes.SHA256()).public_bytes(pem), key.private_bytes(pem, form, hidden)
