"""Commands judge as the server does: allowed values count nowhere, and labels of what is packed inside count."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.data.data_yaml import rules_of
from tests.data.labels.made import word

from limen.clock import SetClock
from limen.data.allowed import store
from limen.data.allowed.store import AllowedValue
from limen.data.by_command import protection_by_command
from limen.data.data_file import DATA_FILE
from limen.data.inventory.folders import FolderWalker
from limen.data.inventory.looking import ByRules
from limen.data.inventory.model import Item, Store, StoreKind
from limen.data.labels.extended_attributes import CAN_HOLD
from limen.data.labels.files import write_label
from limen.data.labels.marks import PURPOSE as LABELS, Marks
from limen.data.labels.model import DocumentLabel
from limen.data.model import digest_of
from limen.data.protection import PURPOSE, DataProtection
from limen.facts import FactStore, Label
from limen.storage import Database, Keyring

NOW = 1_795_510_800_000
CARD, OTHER = "4111 1111 1111 1111", "5500 0000 0000 0004"
RULES = "labels: {restricted: {when: [{finds: [payment-card]}]}}\n"


def packed(folder: Path, marks: Marks) -> bytes:
    (folder / "plan.docx").write_bytes(word("a plan"))
    write_label(folder / "plan.docx", DocumentLabel(Label.CONFIDENTIAL, NOW), marks)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as made:
        made.write(folder / "plan.docx", "plan.docx")
    return whole.getvalue()


def server(database: Database, keyring: Keyring) -> DataProtection:
    core: Any = SimpleNamespace(known=FactStore(), keyring=keyring, clock=SetClock(NOW), database=database)
    DATA_FILE.in_force(core.known, rules_of(RULES))
    made = DataProtection(core)
    core.feed = SimpleNamespace(at_start=lambda load, take: take(database.read(load)), on=lambda *_: None)
    made.register()
    return made


@pytest.mark.parametrize("content", ["allowed", "both", "packed"])
async def test_the_same_file_is_the_same_by_server_and_by_command(
    tmp_path: Path, database: Database, keyring: Keyring, content: str
) -> None:
    key = keyring.key_for(PURPOSE)
    digest = digest_of(CARD.replace(" ", "").encode(), key).hex()
    allowed = AllowedValue("dv_1", "payment-card", digest, "", "order numbers", NOW + 1, "p_ada", 1)
    database.write(lambda t: store.add(t.connection, allowed))
    bodies = {
        "allowed": f"Visa {CARD}".encode(),
        "both": f"Visa {CARD}, Visa {OTHER}".encode(),
        "packed": packed(tmp_path, Marks(keyring.keys_for(LABELS))),
    }

    async def body():
        yield bodies[content]

    item, at = Item("k", content, 9, 0, ""), Store("share", StoreKind.FOLDER, "/srv", Label.INTERNAL)
    protection = server(database, keyring)
    by_server = await ByRules(protection, "").look(at, item, body())
    await protection.close()
    with protection_by_command(database, keyring, rules_of(RULES), NOW) as other:
        by_command = await ByRules(other, "").look(at, item, body())
    assert by_server == by_command
    assert (by_command.label, [one.number for one in by_command.counted if one.detector == "payment-card"]) == {
        "allowed": (None, []),
        "both": (Label.RESTRICTED, [1]),
        "packed": (Label.CONFIDENTIAL, []),
    }[content]


@pytest.mark.skipif(not CAN_HOLD, reason="no extended attributes here")
async def test_a_label_beside_a_file_counts_in_a_store_and_a_lowered_one_only_while_it_is_proven(
    tmp_path: Path, database: Database, keyring: Keyring
) -> None:
    share, marks = tmp_path / "share", Marks(keyring.keys_for(LABELS))
    share.mkdir()
    for name, label, lowered_from in (
        ("a.csv", Label.CONFIDENTIAL, None),
        ("b.csv", Label.PUBLIC, Label.RESTRICTED),
        ("c.csv", Label.PUBLIC, Label.RESTRICTED),
    ):
        (share / name).write_text("plan" if name == "a.csv" else f"Visa {CARD}")
        write_label(share / name, DocumentLabel(label, NOW, "", lowered_from), marks)
    before = (share / "c.csv").stat()
    with (share / "c.csv").open("r+") as file:
        file.write("VISA")
    os.utime(share / "c.csv", ns=(before.st_atime_ns, before.st_mtime_ns))
    at = Store("share", StoreKind.FOLDER, str(share), Label.INTERNAL)
    walker = FolderWalker(share)
    with protection_by_command(database, keyring, rules_of(RULES), NOW) as protection:
        looking = ByRules(protection, "")
        labels = {
            item.path: (await looking.look(at, item, walker.body(item), await walker.beside(item))).label
            async for batch in walker.batches("")
            for item in batch.items
        }
    assert labels == {"a.csv": Label.CONFIDENTIAL, "b.csv": Label.PUBLIC, "c.csv": Label.RESTRICTED}
