from __future__ import annotations

from pathlib import Path

import pytest

from limen.data.doors import samba_audit
from limen.data.doors.samba_audit import SambaAudit, Writer, Wrote, read_line

ANN = Writer("ann", "192.0.2.7")


def line(path: str, operation: str = "openat|ok|w", user: str = "ann", address: str = "192.0.2.7") -> str:
    return f"Dec  1 02:52:51 files smbd_audit[7]: limen|{user}|{address}|sales|{operation}|{path}\n"


@pytest.mark.parametrize(
    ("said", "wrote"),
    [
        (line("/srv/a"), Wrote("/srv/a", ANN)),
        (line("/srv/b", "renameat|ok|/srv/a"), Wrote("/srv/b", ANN)),
        (line("/srv/a", address="::1"), Wrote("/srv/a", Writer("ann", "::1"))),
        (line("/srv/a", address="nowhere"), Wrote("/srv/a", Writer("ann", ""))),
        (line("/srv/a", "openat|ok|r"), None),
        (line("/srv/a", "openat|fail (x)|w"), None),
        (line("/srv/a", "unlinkat|ok"), None),
        (line("/srv/a|b"), None),
        ("limen|ann", None),
        ("", None),
    ],
)
def test_lines(said: str, wrote: Wrote | None) -> None:
    assert read_line(said) == wrote


def test_a_log_is_followed_as_it_grows_is_rotated_and_cut(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(line("/before"))
    audit = SambaAudit(log)
    assert audit.look() == 0
    with log.open("a") as file:
        file.write(line("/one") + line("/two")[:-20])
    assert (audit.look(), audit.writer_of("/one"), audit.writer_of("/two")) == (1, ANN, None)
    with log.open("a") as file:
        file.write(line("/two")[-20:])
    assert (audit.look(), audit.writer_of("/two")) == (1, ANN)
    log.rename(tmp_path / "log.1")
    assert audit.look() == 0
    log.write_text(line("/one", user="bob"))
    assert (audit.look(), audit.writer_of("/one")) == (1, Writer("bob", "192.0.2.7"))
    log.write_text(line("/a"))
    assert (audit.look(), audit.writer_of("/before")) == (1, None)


def test_what_is_remembered_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samba_audit, "MOST_PATHS", 3)
    monkeypatch.setattr(samba_audit, "AT_ONCE", 1_000)
    log = tmp_path / "log"
    audit = SambaAudit(log)
    audit.look()
    log.write_text("".join(line(f"/{n}") for n in range(100)) + "x" * 100_000)
    while audit.look():
        pass
    assert (audit.writer_of("/0"), audit.writer_of("/99")) == (None, ANN)


def test_a_log_that_cannot_be_read_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    audit = SambaAudit(tmp_path / "log")
    assert [audit.look(), audit.look(), len(caplog.records)] == [0, 0, 1]
    (tmp_path / "log").write_text(line("/one"))
    assert (audit.look(), audit.writer_of("/one")) == (1, ANN)
