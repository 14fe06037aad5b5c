"""Objects of Graph as the importer reads them, in tests."""

from __future__ import annotations

from typing import Any

from limen.importing.entra.nodes import Node
from limen.importing.report import Account, Effect, Report

FILE = "export.json"


def node(value: Any) -> Node:
    """One object that is the whole export."""
    return Node(value, (FILE,), Report())


def account(read: Node, value: Any) -> Account:
    """What became of it."""
    return read.report.account({FILE: value})


def effects(read: Node, value: Any) -> dict[str, str]:
    """By the place of each value that changes who has access, how."""
    items = account(read, value).items
    return {one.where.removeprefix(f"{FILE}: "): str(one.effect) for one in items if one.effect is not Effect.SAME}
