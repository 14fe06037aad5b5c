"""Which run a test belongs to is read from what it uses: the rules on tests of a test's own, and on what is here."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from _pytest.fixtures import FixtureFunctionDefinition
from tests import runs

OWN = {
    "pure": "def test_it():\n    assert 1\n",
    "program": "import subprocess\n\n\ndef test_it():\n    subprocess.run(['true'])\n",
    "imported there": "def test_it():\n    import subprocess\n\n    subprocess.run(['true'])\n",
    "own program": "import subprocess, sys\n\n\ndef test_it():\n    subprocess.run([sys.executable, '-V'])\n",
    "named only": "import subprocess\n\n\ndef test_it():\n    assert subprocess.DEVNULL\n",
    "by a function": "import subprocess\ndef go():\n    subprocess.run(['true'])\ndef test_it():\n    go()\n",
    "by a class": (
        "import shutil\nclass Nginx:\n    def start(self):\n        return shutil.which('nginx')\n"
        "def test_it():\n    Nginx().start()\n"
    ),
    "by a fixture": (
        "import pytest, subprocess\n@pytest.fixture\ndef started():\n    subprocess.Popen(['true'])\n"
        "def test_it(started):\n    pass\n"
    ),
    "sleep": "import time\n\n\ndef test_it():\n    time.sleep(0.5)\n",
    "a look": "import time\n\n\ndef test_it():\n    time.sleep(0.01)\n",
    "browser": "def test_it():\n    from playwright.sync_api import expect\n    expect\n",
    "kill": "import os, signal\n\n\ndef test_it():\n    os.kill(1, signal.SIGKILL)\n",
    "long": "import pytest\n\n\n@pytest.mark.long\ndef test_it():\n    pass\n",
    "gate": "import pytest, time\n\n\n@pytest.mark.gate('why')\ndef test_it():\n    time.sleep(1)\n",
}
LONG = {"program", "imported there", "by a function", "by a class", "by a fixture", "sleep", "browser", "kill", "long"}


@pytest.mark.parametrize("which", OWN)
def test_what_it_uses_says_which_run_it_is_part_of(which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file := tmp_path / "test_own.py").write_text(OWN[which])
    module = ModuleType("own_tests")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(runs, "OURS", (f"{tmp_path}/",))
    runs._is_of_tests.cache_clear()
    exec(OWN[which], vars(module))
    try:
        assert runs.is_long(item_of(module)) is (which in LONG)
    finally:
        runs._is_of_tests.cache_clear()


def item_of(module: ModuleType) -> Any:
    """What pytest makes of the module's one test."""
    fixtures = {
        name: [SimpleNamespace(func=one._get_wrapped_function())]
        for name, one in vars(module).items()
        if isinstance(one, FixtureFunctionDefinition)
    }
    marks = {mark.name: mark for mark in getattr(module.test_it, "pytestmark", [])}
    about = SimpleNamespace(name2fixturedefs=fixtures)
    return SimpleNamespace(
        nodeid="test_own.py::test_it", function=module.test_it, _fixtureinfo=about, get_closest_marker=marks.get
    )


def test_the_gate_leaves_out_what_is_long_and_the_long_run_nothing() -> None:
    item = SimpleNamespace(nodeid="x", get_closest_marker={"long": True}.get)
    assert (runs.left_out([item], "gate"), runs.left_out([item], "long"), runs.left_out([item], "")) == ([item], [], [])


def test_parts_are_all_of_it_and_each_file_is_in_one() -> None:
    items = [SimpleNamespace(path=Path(f"test_{number // 2}.py"), nodeid=str(number)) for number in range(14)]
    kept = [[one for one in items if one not in runs.left_out(items, "long", f"{which}/3")] for which in (1, 2, 3)]
    assert sorted(int(one.nodeid) for part in kept for one in part) == [*range(14)]
    assert [len({one.path for one in part}) for part in kept] == [3, 2, 2]
