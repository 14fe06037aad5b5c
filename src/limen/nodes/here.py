"""Which node this machine is. It stands beside the data, because the company folder is the same on every node."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from limen.nodes.model import Node, NodeUnfitError
from limen.storage.files import read_own, replace_file

FILE: Final = "node.json"
_LONGEST: Final = 10_000


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    address: str
    disk: str


def this_node(data: Path) -> Node | None:
    """None where this machine has not joined as a node. Raises NodeUnfitError for a file that can't be read."""
    try:
        written = msgspec.json.decode(read_own(data / FILE, _LONGEST), type=_Written)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NodeUnfitError(f"{data / FILE} can't be read ({error})", "run `limen node join` again") from None
    return Node(written.name, written.address, written.disk)


def be_node(data: Path, node: Node) -> None:
    """From its next start on this machine is that node."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(data / FILE, msgspec.json.encode(_Written(node.name, node.address, node.disk)) + b"\n")


def be_no_node(data: Path) -> None:
    (data / FILE).unlink(missing_ok=True)
