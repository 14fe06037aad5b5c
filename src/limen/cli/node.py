"""`limen node`: join this machine to the others on one database, list them, remove one."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import Folder
from limen.cli.output import at, print_rows
from limen.clock import SystemClock
from limen.company.places import data_folder, database_url, key_file
from limen.errors import LimenError
from limen.events import Event
from limen.nodes import store
from limen.nodes.here import be_no_node, be_node, this_node
from limen.nodes.model import Node, NodeUnfitError, a_name, an_address
from limen.storage import Transaction
from limen.storage.change_feed import LEASE_SECONDS
from limen.storage.master_key import KEY_BYTES, existing_key
from limen.storage.workers import Worker, Workers

TASKS = ("join", "list", "remove")
_LOOK_SECONDS: Final = 0.1


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task: join, list or remove")],
    folder: Folder = Path(),
    *,
    name: Annotated[str, typer.Option(help="The node's name, such as a or berlin1")] = "",
    address: Annotated[str, typer.Option(help="Where the other nodes reach this machine, such as 10.0.0.2:8446")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each node")] = False,
) -> None:
    if task not in TASKS:
        raise LimenError(f"`limen node` can't {task[:40]!r}", "try join, list or remove")
    with opened(folder, may_make=task == "join") as here:
        if task == "join":
            _join(here, name, address)
        elif task == "remove":
            _remove(here, name)
        else:
            _list(here, as_json=as_json)


def _join(here: Opened, name: str, address: str) -> None:
    _refuse_a_file(here)
    _refuse_another_key(here)
    node = Node(a_name(name), address, secrets.token_hex(3))
    an_address(address)
    now = SystemClock().now()

    def join(transaction: Transaction) -> None:
        for other in store.all_nodes(transaction.connection):
            if other.address == address and other.name != name:
                raise NodeUnfitError(f"node {other.name} has the address {address}", "give this machine's own")
        store.add(transaction.connection, node, now)
        transaction.changed(store.CHANGE, node.name)
        transaction.say(Event(at=now, kind="node.joined", actor="server", details={"node": name, "address": address}))

    here.database.write(join)
    be_node(data_folder(here.root, here.settings), node)
    print(f"This machine is node {name}, which the others reach at {address}.")
    print(f"It takes effect when Limen starts: `limen serve{at(here.root)}`.")


def _remove(here: Opened, name: str) -> None:
    own = this_node(data_folder(here.root, here.settings))
    wanted = name or (own.name if own else "")
    if not wanted:
        raise NodeUnfitError("no node was named", "give --name; `limen node list` names them")
    now = SystemClock().now()

    def remove(transaction: Transaction) -> None:
        if not store.remove(transaction.connection, wanted):
            raise NodeUnfitError(f"there is no node {wanted[:40]!r}", "`limen node list` names them")
        transaction.changed(store.CHANGE, wanted)
        transaction.say(Event(at=now, kind="node.removed", actor="server", details={"node": wanted}))

    here.database.write(remove)
    if own is not None and own.name == wanted:
        be_no_node(data_folder(here.root, here.settings))
    print(f"Node {wanted} was removed. The others keep their copies of what it wrote.")
    print("If Limen still runs there, it decides nothing any more: stop it.")
    print("Its disk holds the master key: wipe it before anybody else gets it.")


def _list(here: Opened, *, as_json: bool) -> None:
    own = this_node(data_folder(here.root, here.settings))
    found = here.database.read(lambda snapshot: store.all_nodes(snapshot.connection))
    workers = _answering(here.database.workers) if found else []

    def is_here(node: Node) -> bool:
        return own is not None and (own.name, own.disk) == (node.name, node.disk)

    def answering(node: Node) -> int:
        return sum(node.writes(one.chain) for one in workers)

    def how_it_is(node: Node) -> str:
        number = answering(node)
        if not number:
            return "missing" if node.key else "never started"
        return f"{number} worker{'' if number == 1 else 's'}"

    print_rows(
        found,
        lambda node: f"{node.name}  {node.address}  {how_it_is(node)}{'  (this machine)' if is_here(node) else ''}",
        lambda node: {
            "name": node.name,
            "address": node.address,
            "journal": node.chain,
            "joined_at": node.joined_at,
            "has_started": bool(node.key),
            "workers": answering(node),
            "is_missing": not answering(node),
            "is_here": is_here(node),
        },
        f"There are no nodes: one machine runs Limen. `limen node join{at(here.root)}` makes it the first.",
        as_json=as_json,
    )


def _answering(register: Workers, seconds: float = LEASE_SECONDS) -> list[Worker]:
    """Whose beat rises within a lease. The row of one that ended stays where nobody is left who would remove it."""
    first, ends_at = {one.worker: one for one in register.all()}, time.monotonic() + seconds
    answering: dict[str, Worker] = {}
    while len(answering) < len(first) and time.monotonic() < ends_at:
        time.sleep(_LOOK_SECONDS)
        answering |= {
            one.worker: one for one in register.all() if one.worker in first and one.beat > first[one.worker].beat
        }
    return list(answering.values())


def _refuse_another_key(here: Opened) -> None:
    """Whoever has another master key than the other nodes can open nothing that they sealed."""
    file = key_file(here.root, here.settings)
    held = existing_key(file, os.environ)
    is_in_use = here.database.backend.key_opens(held or bytes(KEY_BYTES)) is not None
    if is_in_use and held is None:
        raise NodeUnfitError(
            f"there is no master key in {file}", "copy it from another node, readable by its owner only"
        )
    if is_in_use and not here.database.backend.key_opens(held or b""):
        raise NodeUnfitError(f"the master key in {file} is another than the database's", "copy it from another node")


def _refuse_a_file(here: Opened) -> None:
    if here.database.backend.file is not None:
        url = database_url(here.root, here.settings)
        raise NodeUnfitError(
            f"several machines can't use the database {url}, which is a file",
            "move it to PostgreSQL first: `limen migrate-database`",
        )
