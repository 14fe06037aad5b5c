"""A plugin of pytest that writes what each test came to, as JSON: `pytest -p tools.reporting`, to LIMEN_REPORT.

One object: `tests`, by pytest's name for a test, with `came_to` (passed, failed, skipped), the seconds of its set-up,
call and take-down, and what it printed where it failed; and `peak_mb`, the most memory of each worker. What fails is
said at once.
"""

from __future__ import annotations

import json
import os
import resource
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import pytest

WHERE: Final = "LIMEN_REPORT"
_WORST: Final = ("failed", "skipped", "passed")


class Reporting:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._tests: dict[str, dict[str, Any]] = defaultdict(
            lambda: {"came_to": "passed", "setup": 0.0, "call": 0.0, "teardown": 0.0, "output": ""}
        )
        self._peaks: dict[str, int] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        one = self._tests[report.nodeid]
        one[report.when or "call"] += round(report.duration, 3)
        one["came_to"] = min(one["came_to"], report.outcome, key=_WORST.index)
        if report.failed:
            one["output"] += f"{report.when}:\n{report.longreprtext}\n"
            print(f"\nFAILED {report.nodeid}", flush=True)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._tests[report.nodeid] |= {"came_to": "failed", "output": report.longreprtext}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._peaks[node.gateway.id] = getattr(node, "workeroutput", {}).get("peak_mb", 0)

    def pytest_sessionfinish(self) -> None:
        self._peaks = self._peaks or {"main": peak_mb()}
        self._file.write_text(json.dumps({"tests": self._tests, "peak_mb": self._peaks}))


class Measuring:
    """Of a worker, which reports to the process that started it."""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        session.config.workeroutput["peak_mb"] = peak_mb()  # type: ignore[attr-defined]


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(Measuring())
    elif file := os.environ.get(WHERE):
        config.pluginmanager.register(Reporting(Path(file)))


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
