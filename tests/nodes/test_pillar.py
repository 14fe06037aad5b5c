from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from limen.nodes.here import be_node
from limen.nodes.model import Node
from limen.nodes.pillar import PILLAR
from limen.nodes.services import NodeServices
from limen.pillar import Offers


class Feed:
    def __init__(self) -> None:
        self.kinds: list[str] = []

    def at_start(self, *_: object) -> None:
        self.kinds.append("")

    def on(self, kind: str, *_: object) -> None:
        self.kinds.append(kind)


def core_in(root: Path) -> Any:
    settings = SimpleNamespace(storage=SimpleNamespace(data=Path("data")))
    return SimpleNamespace(root=root, settings=settings, offers=Offers(), feed=Feed())


def test_a_machine_that_is_no_node_has_nothing_of_it(tmp_path: Path) -> None:
    core = core_in(tmp_path)
    PILLAR.prepare(core)
    assert core.feed.kinds == []
    assert asyncio.run(PILLAR.build(core)).periodic == ()


def test_a_node_follows_the_others_from_the_start(tmp_path: Path) -> None:
    be_node(tmp_path / "data", Node("a", "127.0.0.1:1", "d1"))
    core = core_in(tmp_path)
    PILLAR.prepare(core)
    assert core.feed.kinds == ["", "node"]
    services = core.offers.find(NodeServices)
    services.meet([Node("a", "127.0.0.1:1", "d1"), Node("b", "127.0.0.1:2", "d1")])
    assert list(services.others) == ["b"]
    assert services.seen() == {}


def test_it_declares_its_tables_and_what_a_restore_ends() -> None:
    declared = PILLAR.declarations()
    assert [table.name for table in declared.tables] == ["nodes", "node_authorities"]
    assert [kind.name for kind in declared.credentials] == ["keys of nodes"]
