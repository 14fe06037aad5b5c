"""What would have been other in the past days by files of parts, as a value and as lines for a terminal."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from tests.company.small_folder import small_folder
from tests.monitor.detections.texts import rule, text_of

from limen.clock import DAY
from limen.company.foreseen import foreseen, lines_of
from limen.company.load import load_company
from limen.pillar import Foreseen


def with_rule(tmp_path: Path) -> Path:
    root = small_folder(tmp_path)
    (root / "detections").mkdir()
    (root / "detections" / "own.yml").write_text(text_of(rule({"kind": "decision"}, logsource={"product": "limen"})))
    return root


def test_each_new_rule_is_said_and_none_where_nothing_is_new(tmp_path: Path) -> None:
    company = load_company(with_rule(tmp_path))
    journal = tmp_path / "data" / "journal"
    journal.mkdir(parents=True)
    (found,) = foreseen(None, company, journal, 100 * DAY)
    assert found.newest == ()
    assert foreseen(company, company, journal, 100 * DAY) == ()


def test_lines_name_when_and_whom() -> None:
    found = (Foreseen("Found", ((0, "jane", "e1"), (DAY, "tom", ""))), Foreseen("Nothing"))
    lines = lines_of(found, UTC)
    assert [line.split()[-1] for line in lines] == ["Found:", "jane", "tom", "Nothing"]
