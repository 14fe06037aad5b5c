"""What a new folder has: it teaches, and states nothing. That what it shows is right: test_network_file.py."""

from __future__ import annotations

from limen.network.built_in import BUILT_IN
from limen.network.initial import HEAD, INITIAL
from limen.network.shapes import FileShape


def test_it_states_nothing_and_names_every_section_and_statement() -> None:
    assert all(line.startswith("#") for line in INITIAL.splitlines())
    assert all(one.id in HEAD for one in BUILT_IN)
    assert all(f"#   {section}" in HEAD for section in FileShape.model_fields if section != "without")
    assert "without:" in HEAD
