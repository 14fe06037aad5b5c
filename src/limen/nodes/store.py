"""The nodes in the database, and the authority that signs for them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, delete, insert, select, update

from limen.clock import Instant
from limen.credentials import Ending
from limen.nodes.model import Node
from limen.storage.database import Transaction
from limen.storage.kept_authority import KeptAuthority
from limen.storage.tables import metadata, rows_called

CHANGE: Final = "node"

nodes = Table(
    "nodes",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("address", String(200), nullable=False),
    Column("disk", String(40), nullable=False),
    Column("key", String(64), nullable=False, server_default=""),
    Column("joined_at", BigInteger, nullable=False),
    info=rows_called("node", "nodes"),
)
AUTHORITY: Final = KeptAuthority("node_authorities", "nodes", ("authority of nodes", "authorities of nodes"))


def all_nodes(connection: Connection) -> list[Node]:
    """By their names."""
    return [Node(**row) for row in connection.execute(select(nodes).order_by(nodes.c.name)).mappings()]


def add(connection: Connection, node: Node, now: Instant) -> None:
    """A new node, or one of this name anew."""
    connection.execute(delete(nodes).where(nodes.c.name == node.name))
    row = {"name": node.name, "address": node.address, "disk": node.disk, "key": node.key, "joined_at": now}
    connection.execute(insert(nodes).values(row))


def note_key(connection: Connection, node: Node, key: str) -> bool:
    """The key that this node shows from now on; False where it was removed, or joined anew with another disk."""
    mine = update(nodes).where(nodes.c.name == node.name, nodes.c.disk == node.disk)
    return connection.execute(mine.values(key=key)).rowcount == 1


def remove(connection: Connection, name: str) -> bool:
    return connection.execute(delete(nodes).where(nodes.c.name == name)).rowcount == 1


def end_at_restore(transaction: Transaction, _ending: Ending) -> int:
    """No node goes on writing a chain of which a backup knows the beginning: each has to join anew."""
    return transaction.connection.execute(delete(nodes)).rowcount


def erased_people(connection: Connection, since: Instant) -> dict[str, Instant]:
    """Whoever was erased since then, and when: their bodies go from copies, too."""
    table = metadata.tables["erased_people"]
    chosen = select(table.c.person_id, table.c.at).where(table.c.at >= since)
    return {row.person_id: row.at for row in connection.execute(chosen)}
