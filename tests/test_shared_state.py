"""What is held from one call to the next is in the inventory of record 0211, each with a verdict for many workers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests.state_held import holders

import limen

RECORD = Path(__file__).parents[1] / "docs" / "decisions" / "0211-what-all-workers-must-know-of.md"
ROW = re.compile(r"^\| `([^`]+)` \| ([a-z ]+) \|", re.MULTILINE)
MEANS = re.compile(r"^\| ([a-z ]+) \| \w", re.MULTILINE)


def fits(row: str, one: str) -> bool:
    return one.startswith(row) if row.endswith("/") else one == row


def test_every_class_that_holds_something_has_a_verdict_and_every_verdict_a_class() -> None:
    text = RECORD.read_text("utf-8")
    rows, verdicts = dict(ROW.findall(text)), set(MEANS.findall(text)) - {"verdict", "what"}
    found = list(holders(Path(limen.__file__).parent))
    assert [one for one in found if not any(fits(row, one) for row in rows)] == []
    assert [row for row in rows if not any(fits(row, one) for one in found)] == []
    assert len(ROW.findall(text)) == len(rows)
    assert set(rows.values()) <= verdicts


@pytest.mark.parametrize(
    ("code", "held"),
    [
        ("class A:\n def __init__(self): self._a = {}\n def put(self): self._a['x'] = 1", ["A"]),
        ("class A:\n def __init__(self): self._a: dict[str, int] = {}\n def put(self): del self._a['x']", ["A"]),
        ("class A:\n def __init__(self): self._a = set()\n async def put(self): self._a.add(1)", ["A"]),
        ("class A:\n _a: list[int] = field(default_factory=list)\n def put(self): self._a.append(1)", ["A"]),
        ("class A:\n def __init__(self): self._a = {}\n def put(self): self._a.setdefault(1, []).append(2)", ["A"]),
        ("class A:\n def __init__(self): self._a = OrderedDict[str, int]()\n def a(self): self._a.pop(1)", ["A"]),
        ("class A:\n def __init__(self): self._a = RateLimit(1, 1)", ["A"]),
        ("class A:\n def __init__(self): self._a = {}\n def put(self): self._a = {**self._a, 1: 2}", ["A"]),
        ("class A:\n def __init__(self): self._a = {'x': 1}\n def get(self): return self._a['x']", []),
        ("def routes():\n lists = ExpiringValues(1, 2)\n def use(): lists.put(1, 2, 3)", ["routes"]),
        ("LIMIT = RateLimit(1, 1)", ["<module>"]),
    ],
)
def test_what_is_found(code: str, held: list[str], tmp_path: Path) -> None:
    ast.parse(code)
    (tmp_path / "a.py").write_text(code)
    assert list(holders(tmp_path)) == [f"a.py {one}" for one in held]
