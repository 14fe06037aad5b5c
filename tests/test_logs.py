from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from limen import logs

TOKEN = "aB3_" * 10 + "xyz"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    logs.begin("json", "info", written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_line_is_an_object_with_when_where_and_how_bad(out: io.StringIO) -> None:
    logging.getLogger("limen.storage").warning("the disk of %s is %s", "harbor", "slow")
    (line,) = lines(out)
    assert (line["event"], line["level"], line["logger"]) == ("the disk of harbor is slow", "warning", "limen.storage")
    assert str(line["timestamp"]).endswith("Z")


def test_a_trace_stays_in_its_own_line_of_the_log(out: io.StringIO) -> None:
    try:
        int(TOKEN)
    except ValueError:
        logging.getLogger("limen").exception("a page went wrong")
    (line,) = lines(out)
    assert "ValueError" in str(line["exception"])
    assert TOKEN not in out.getvalue()


@pytest.mark.parametrize(
    "said",
    [
        f"token {TOKEN}",
        f"opened https://limen.harbor.example/enrol#{TOKEN}",
        "Authorization: Bearer abc.def-ghi",
        "sent authorization basic YWRhOnNlY3JldA==",
        "asked smtp://ada:hunter2@mail.harbor.example",
        "with limen_4f8Zk2LmQ9",
        "code 0abc-1def-2ghj-3kmn of eve",
        "code 0ABC-1DEF-2GHJ-3KMN, used",
        "seed JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "seed JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
        "key 3q2+7wAAqv/ePbq1zZs0mEo1x5r8Yw2kq9t/3pQeXn8=",
        "key 3q2+7wAAqv/ePbq1zZs0mEo1x5r8Yw2kq9t/3pQeXn8",
        "key='3q2/7wAAqv/ePbq1zZs0mEo1x5r8Yw2kq9t/3pQeXn8'",
    ],
)
def test_what_looks_like_a_secret_is_not_written(out: io.StringIO, said: str) -> None:
    logging.getLogger("limen").error(said)
    written = out.getvalue()
    assert logs.HIDDEN in written
    for secret in (
        TOKEN,
        "abc.def-ghi",
        "YWRhOnNlY3JldA==",
        "hunter2",
        "4f8Zk2LmQ9",
        "1def",
        "1DEF",
        "3DPE",
        "Y3DP",
        "zZs0mEo1x5",
    ):
        assert secret not in written


def test_what_is_called_a_secret_is_not_written_wherever_it_stands(out: io.StringIO) -> None:
    said = {
        "password": "swordfish",
        "deep": {"client_secret": "swordfish", "kept": "yes"},
        "list": [{"cookie": "swordfish"}],
    }
    cleaned = logs.without_secrets(None, "", said)
    assert "swordfish" not in json.dumps(cleaned)
    assert cleaned["deep"]["kept"] == "yes"


def test_ids_and_plain_words_stay_readable() -> None:
    said = {"event": "decision 01HZX3-12 for wiki at /pages/2026-11-24, revision 3f2a9c"}
    assert logs.without_secrets(None, "", dict(said)) == said
    for readable in (
        "revision 3f2a9c0d1b7e4a5f 2b1c8d9e0f3a4b5c6d7e8f90a1b2c3d4e5f60718",
        "decision 01KAV3ZT6M8Q2R4S5T6V7W8X9Y",
        "c 0f3b9b1e-6f0a-4d0a-9a53-0c1d2e3f4a5b",
        "asked /api/v2/organizations/members/permissions/settings/export",
        'File "/opt/limen/lib/python3.12/site-packages/uvicorn/protocols/http/httptools_impl.py", line 409',
        "read /srv/Harbor/Company/Policies/2026/Backups/Everything/apps.yaml",
    ):
        assert logs.without_secrets(None, "", {"event": readable}) == {"event": readable}


def test_a_line_can_t_forge_another_nor_move_a_cursor(out: io.StringIO) -> None:
    logging.getLogger("limen").warning('x"}\n{"event":"forged"}\x1b[2J')
    assert len(lines(out)) == 1
    assert "\x1b" not in out.getvalue()


def test_on_a_terminal_people_read_text() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    written.isatty = lambda: True  # type: ignore[method-assign]
    logs.begin("auto", "warning", written)
    logging.getLogger("limen").warning("disk space is running out")
    logging.getLogger("limen").info("not asked for")
    root.handlers[:] = handlers
    root.setLevel(level)
    assert "disk space is running out" in written.getvalue()
    assert not written.getvalue().startswith("{")
    assert "not asked for" not in written.getvalue()


def test_a_library_that_tells_each_of_its_steps_is_heard_only_when_debugging(out: io.StringIO) -> None:
    step = logging.getLogger("alembic.runtime.migration")
    for level, heard in (("debug", 1), ("error", 1), ("info", 1)):
        logs.begin("json", level, out)
        step.info("one more step")
        assert len(lines(out)) == heard


def test_of_lines_that_are_alike_so_many_are_written_and_the_next_says_how_many_were_not(
    out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs.time, "monotonic", lambda: 1_000.0)
    logger = logging.getLogger("limen")
    for number in range(logs.ALIKE + 50):
        logger.warning("a stranger did something, the %sth time", number)
    logger.warning("and something else happened")
    assert len(lines(out)) == logs.ALIKE + 1
    monkeypatch.setattr(logs.time, "monotonic", lambda: 1_000.0 + 60)
    logger.warning("a stranger did something, the %sth time", "last")
    assert lines(out)[-1]["left_out"] == 50


def test_of_traces_from_one_place_there_are_few_and_another_place_has_its_own(out: io.StringIO) -> None:
    for said in ["x", ""] * 100:
        try:
            int(said) if said else {}[said]
        except (ValueError, KeyError):
            logging.getLogger("limen").exception("a page went wrong")
    assert len(lines(out)) == 2 * logs.TRACES_ALIKE


def test_a_whole_day_of_whatever_strangers_cause_stays_below_200_megabytes(
    out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(logs.time, "monotonic", lambda: now)
    kept = logs.LeaveOut()
    record = logging.LogRecord
    written = 0
    for hour in range(24):
        now = hour * 3_600.0
        written += sum(kept.filter(record("limen", 30, "", 0, f"{hour} {n}", (), None)) for n in range(10_000))
    assert written * 2 * logs.LONGEST < 200_000_000
    assert out.getvalue() == ""


def test_what_draws_tables_is_not_loaded_and_can_be() -> None:
    code = "import limen.logs, sys; assert 'rich' not in sys.modules; import rich.console; import structlog.dev"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
