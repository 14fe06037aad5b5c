"""Somebody with a shell edits the journal. Whatever they do to what was checkpointed, verifying finds it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.dial import size
from tests.storage.journal.decisions import Decided, facts_about

from limen.clock import HOUR, MINUTE, SetClock
from limen.events import Event
from limen.policy.decision import Effect
from limen.storage import Database
from limen.storage.journal import Journal, verify
from limen.storage.journal.chain import append_lines, parse
from limen.storage.journal.emergency import EMERGENCY_FILE
from limen.storage.journal.heads import noted_heads
from limen.storage.journal.seal import seal
from limen.storage.journal.sealing import Sealing
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE

KEYS = (b"k" * 32,)
NOW = 1_800_000_000_000


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed journal with one sealed segment and one open one, and checkpoints that were exported."""
    root = tmp_path_factory.mktemp("journal")
    clock = SetClock(NOW)
    exported: list[bytes] = []
    for hour in range(2):
        journal = Journal.open(root, KEYS, clock=clock, export=exported.append)
        for n in range(6):
            journal.record(Event(at=clock.now(), kind="sign_in.failed", actor=f"p{n}", address="192.0.2.1"))
            permit = Decided(Effect.PERMIT, (), facts_about(f"p{n}"), clock.now())
            journal.decided("gateway", permit, f"s{n}", "192.0.2.1", 3.0)
            if n % 2:
                journal.flush()
        journal.close()
        if hour == 0:
            clock.forward(HOUR)
    seal_closed_segments(root, clock)
    (root.parent / "exported").write_bytes(b"".join(exported))
    assert len(list(root.glob("main/*.parquet"))) == 1
    assert verify(root, KEYS).ok
    return root


def seal_closed_segments(root: Path, clock: SetClock) -> None:
    signer = Signer("main", KEYS)
    sealing = Sealing(root / "main", signer, clock, keep_days=90, may_seal=lambda: True, record=lambda _event: None)
    oldest = min(root.glob("main/*.jsonl"))
    sealed = seal(oldest, root / "main" / "x.sealing", start_of("main"))
    assert sealed is not None
    sealing.adopt(sealed, root / "main" / "x.sealing", oldest)


@pytest.fixture
def journal(intact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(intact, tmp_path / "journal"))


def open_segment(root: Path) -> Path:
    return next(root.glob("main/*.jsonl"))


def edited(path: Path, edit: Callable[[bytes], bytes], root: Path) -> bool:
    """Whether verifying still calls the journal whole after `edit`; puts the file back."""
    before = path.read_bytes()
    path.write_bytes(edit(before))
    try:
        return verify(root, KEYS).ok
    finally:
        path.write_bytes(before)


@settings(max_examples=size(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0), flip=st.integers(1, 255))
def test_any_changed_byte_of_an_open_segment_is_found(journal: Path, at: int, flip: int) -> None:
    def edit(data: bytes) -> bytes:
        return data[: at % len(data)] + bytes([data[at % len(data)] ^ flip]) + data[at % len(data) + 1 :]

    assert not edited(open_segment(journal), edit, journal)


@settings(max_examples=size(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["*.parquet", CHECKPOINT_FILE, SEALED_FILE]), at=st.integers(0), flip=st.integers(1, 255))
def test_any_changed_byte_of_a_sealed_segment_or_a_signed_file_is_found(
    journal: Path, name: str, at: int, flip: int
) -> None:
    def edit(data: bytes) -> bytes:
        return data[: at % len(data)] + bytes([data[at % len(data)] ^ flip]) + data[at % len(data) + 1 :]

    assert not edited(next(journal.glob(f"main/{name}")), edit, journal)


@settings(max_examples=size(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_line_removed_doubled_or_moved_is_found(journal: Path, data: st.DataObject) -> None:
    path = open_segment(journal)
    lines = path.read_bytes().splitlines(keepends=True)
    one = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(st.integers(0, len(lines) - 1).filter(lambda n: n != one))
    swapped = list(lines)
    swapped[one], swapped[other] = lines[other], lines[one]
    for attempt in (lines[:one] + lines[one + 1 :], [*lines[: one + 1], *lines[one:]], swapped):
        assert not edited(path, lambda _, attempt=attempt: b"".join(attempt), journal)


def test_an_end_that_was_cut_off_is_found_by_the_checkpoint_beside_it(journal: Path) -> None:
    def edit(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        last_signed_before = max(i for i, raw in enumerate(lines[:-1]) if (line := parse(raw)) and line.mac)
        return b"".join(lines[: last_signed_before + 1])

    assert not edited(open_segment(journal), edit, journal)


def test_a_body_that_was_blotted_out_by_hand_is_told(journal: Path) -> None:
    path = open_segment(journal)
    raw = path.read_bytes().splitlines(keepends=True)[2]
    line = parse(raw)
    assert line is not None
    path.write_bytes(path.read_bytes().replace(line.body, b"null"))
    report = verify(journal, KEYS)
    assert not report.ok
    assert "erased" in report.problems[0]


def test_a_history_rewritten_without_the_key_is_found(journal: Path) -> None:
    path = open_segment(journal)
    lines = [line for raw in path.read_bytes().splitlines(keepends=True) if (line := parse(raw))]
    bodies = [line.body.replace(b'"p3"', b'"p9"') for line in lines]
    before = verify(journal, KEYS)
    forged, _ = append_lines(bodies, _link_before(journal), Signer("main", (b"guess" * 7,)))
    path.write_bytes(forged)
    assert before.ok
    report = verify(journal, KEYS)
    assert "signed with a key that isn't the journal's" in report.problems[0]


def _link_before(root: Path) -> Link:
    header = parse(open_segment(root).read_bytes().splitlines(keepends=True)[0])
    assert header is not None
    after = msgspec.json.decode(header.body)["after"]
    return Link(after["n"], after["h"].encode())


@pytest.mark.parametrize("pattern", ["*.parquet", "*.jsonl", CHECKPOINT_FILE, SEALED_FILE])
def test_a_file_that_was_removed_is_missed(journal: Path, pattern: str) -> None:
    for path in journal.glob(f"main/{pattern}"):
        path.unlink()
    assert not verify(journal, KEYS).ok


def test_a_removed_writer_is_missed_by_its_exported_checkpoints(journal: Path, intact: Path) -> None:
    exported = (intact.parent / "exported").read_bytes().splitlines(keepends=True)
    assert verify(journal, KEYS, exported).ok
    shutil.rmtree(journal / "main")
    assert not verify(journal, KEYS, exported).ok


def test_going_back_to_an_older_state_needs_an_export_to_be_seen_and_verify_says_so(
    tmp_path: Path, intact: Path
) -> None:
    root, clock, exported = tmp_path / "journal", SetClock(NOW), []
    journal = Journal.open(root, KEYS, clock=clock, export=exported.append)
    journal.record(Event(at=NOW, kind="sign_in.failed"))
    journal.flush()
    journal.close()
    older = Path(shutil.copytree(root, tmp_path / "older"))
    journal = Journal.open(root, KEYS, clock=clock, export=exported.append)
    journal.record(Event(at=NOW, kind="break_glass.used"))
    journal.flush()
    journal.close()

    alone = verify(older, KEYS)
    assert alone.ok
    assert any("can't be detected" in sentence for sentence in alone.sentences)
    together = verify(older, KEYS, exported)
    assert not together.ok
    assert not any("can't be detected" in sentence for sentence in together.sentences)


def test_without_a_key_it_says_that_signatures_were_not_checked(journal: Path) -> None:
    assert any("Signatures were not checked" in sentence for sentence in verify(journal).sentences)


def test_opening_a_journal_that_was_cut_keeps_the_proof_and_says_so(journal: Path) -> None:
    path = open_segment(journal)
    lines = path.read_bytes().splitlines(keepends=True)
    signed = [i for i, raw in enumerate(lines) if (line := parse(raw)) and line.mac]
    path.write_bytes(b"".join(lines[: signed[-2] + 1]))
    opened = Journal.open(journal, KEYS, clock=SetClock(NOW + HOUR))
    opened.flush()
    said = [event.reason for event in opened.recent(10, where=lambda event: event.kind == "journal.damaged")]
    opened.close()
    assert said == ["lines-missing"]
    report = verify(journal, KEYS)
    assert not report.ok
    assert any(".evidence" in problem for problem in report.problems)


def test_one_writers_chain_passed_off_as_anothers_is_found_even_without_a_key(intact: Path, tmp_path: Path) -> None:
    """The list of sealed segments says whose it is; where a chain begins is never taken from there."""
    shutil.copytree(intact / "main", tmp_path / "journal" / "second")
    shutil.copytree(intact / "main", tmp_path / "same" / "main")
    assert verify(tmp_path / "same").ok
    report = verify(tmp_path / "journal")
    assert report.problems[0].startswith("second: line 1 in ")


@pytest.fixture
def used(tmp_path: Path) -> tuple[Path, list[bytes]]:
    """A closed journal whose break-glass segment holds three events, and its exported checkpoints."""
    root, exported = tmp_path / "journal", []
    journal = Journal.open(root, KEYS, clock=SetClock(NOW), export=exported.append)
    for n in range(3):
        journal.break_glass(Event(at=NOW, kind="break_glass.used", subject=f"p{n}"))
    journal.flush()
    journal.close()
    assert verify(root, KEYS, exported).ok
    return root, exported


def cut(path: Path) -> None:
    content = path.read_bytes()
    lines = content.rstrip(b"\0").splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]).ljust(len(content), b"\0"))


def blot_out(path: Path) -> None:
    content = path.read_bytes()
    line = parse(content.splitlines(keepends=True)[1])
    assert line is not None
    path.write_bytes(content.replace(line.body, b"null").ljust(len(content), b"\0"))


@pytest.mark.parametrize(
    "tamper",
    [
        cut,
        blot_out,
        lambda path: path.write_bytes(bytes(path.stat().st_size)),
        lambda path: path.write_bytes(path.read_bytes().rstrip(b"\0")),
        Path.unlink,
    ],
    ids=["cut", "blotted-out", "zeroed", "its-room-taken", "deleted"],
)
def test_a_break_glass_segment_that_lost_anything_is_found_also_after_a_restart(
    used: tuple[Path, list[bytes]], tamper: Callable[[Path], None]
) -> None:
    root, exported = used
    tamper(root / "main" / EMERGENCY_FILE)
    assert not verify(root, KEYS).ok
    assert not verify(root, KEYS, exported).ok
    Journal.open(root, KEYS, clock=SetClock(NOW + HOUR)).close()
    assert not verify(root, KEYS).ok


def test_a_break_glass_segment_that_is_cut_while_limen_runs_stays_missed(tmp_path: Path) -> None:
    root, clock = tmp_path / "journal", SetClock(NOW)
    journal = Journal.open(root, KEYS, clock=clock)
    for n in range(3):
        journal.break_glass(Event(at=NOW, kind="break_glass.used", subject=f"p{n}"))
        clock.forward(MINUTE)
        journal.flush()
        journal.flush()  # the first one's checkpoint is written by now
    cut(root / "main" / EMERGENCY_FILE)
    for _ in range(3):
        clock.forward(MINUTE)
        journal.record(Event(at=clock.now(), kind="sign_in.failed"))
        journal.flush()
    said = [event.reason for event in journal.recent(20, where=lambda event: event.kind == "journal.damaged")]
    journal.close()
    assert said == ["break-glass-changed"]
    assert any("are missing" in problem for problem in verify(root, KEYS).problems)


def run_once(root: Path, database: Database, kind: str = "sign_in.failed") -> list[str]:
    """Have Limen's journal opened, written and closed; what it holds about damage."""
    journal = Journal.open(root, KEYS, clock=SetClock(NOW), database=database)
    journal.record(Event(at=NOW, kind=kind))
    journal.flush()
    said = [event.reason for event in journal.recent(10, where=lambda event: event.kind == "journal.damaged")]
    journal.close()
    return said


@pytest.mark.parametrize("gone", ["", "main"], ids=["the-journal", "its-chain"])
def test_a_journal_that_was_deleted_is_missed_by_the_database_before_and_after_a_start(
    tmp_path: Path, gone: str
) -> None:
    root, database = tmp_path / "journal", Database.open(tmp_path / "limen.db")
    for _ in range(3):
        assert run_once(root, database) == []
    assert verify(root, KEYS, noted=database.read(noted_heads)).ok
    shutil.rmtree(root / gone)
    report = verify(root, KEYS, noted=database.read(noted_heads))
    assert (report.lines, report.ok) == (0, False)
    assert run_once(root, database) == ["journal-lost"]
    assert run_once(root, database) == ["journal-lost"]  # said once: it is in the journal now
    report = verify(root, KEYS, noted=database.read(noted_heads))
    assert report.lines
    assert not report.ok
    database.close()


def test_a_journal_that_is_put_back_to_an_older_state_is_missed_by_the_database(tmp_path: Path) -> None:
    root, database = tmp_path / "journal", Database.open(tmp_path / "limen.db")
    run_once(root, database)
    older = Path(shutil.copytree(root, tmp_path / "older"))
    run_once(root, database)
    shutil.rmtree(root)
    older.rename(root)
    assert not verify(root, KEYS, noted=database.read(noted_heads)).ok
    assert run_once(root, database) == ["journal-lost"]
    assert not verify(root, KEYS, noted=database.read(noted_heads)).ok
    database.close()
