"""State: private, whole, held by one, and never renewed in silence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from agent.tests.test_enrolling import with_path

from limen_agent.errors import AgentError
from limen_agent.keys.file_key import FileKey
from limen_agent.service.running import open_client
from limen_agent.state.chain import Chain, hash_of
from limen_agent.state.enrolment import read_enrolment
from limen_agent.state.folder import BusyError, StateFolder
from limen_agent.state.record import Record, read_record, read_shared, share


def test_a_number_is_on_the_disk_before_its_report_leaves(enrolled) -> None:
    before = []

    def look_then_lose(_path, signed):
        before.append((Chain.load(enrolled.folder).seq, Chain.load(enrolled.folder).prev == hash_of(signed)))
        return 503, {}, b'{"error": "unavailable"}'

    enrolled.limen.instead = look_then_lose
    with pytest.raises(AgentError):
        enrolled.client().report((), "start")
    assert before == [(1, True)]
    enrolled.limen.instead = lambda *_: None
    enrolled.client().report((), "start")  # as after a crash: read anew from the disk
    assert [report["seq"] for report in enrolled.limen.reports] == [2]


def test_a_disk_that_is_full_sends_nothing(enrolled, monkeypatch) -> None:
    client = enrolled.client()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AgentError, match="No space left"):
        client.report((), "start")
    monkeypatch.undo()
    assert enrolled.limen.reports == []
    assert client.seq == Chain.load(enrolled.folder).seq == 0


def test_killed_at_any_moment_no_number_is_used_twice(enrolled, tmp_path) -> None:
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from limen_agent.service.running import open_client
        from limen_agent.state.folder import StateFolder
        client = open_client(StateFolder(Path(sys.argv[1])))
        while True:
            client.report((), "interval")
    """)
    for kills in range(1, 7):
        already = len(enrolled.limen.reports)
        running = subprocess.Popen([sys.executable, "-c", script, str(enrolled.folder.path)], env=with_path())
        enrolled.limen.wait_for_reports(already + kills)
        running.send_signal(signal.SIGKILL)
        running.wait()
    numbers = [report["seq"] for report in enrolled.limen.reports]
    assert numbers == sorted(set(numbers))
    assert all(not device["ended"] for device in enrolled.limen.devices.values())
    assert (enrolled.folder.path / "chain.json").exists()


def test_a_state_that_was_put_back_is_refused_as_replayed(enrolled) -> None:
    kept = (enrolled.folder.path / "chain.json").read_bytes()
    enrolled.client().report((), "start")
    enrolled.folder.write("chain.json", kept)
    with pytest.raises(AgentError) as refused:
        enrolled.client().report((), "start")
    assert refused.value.error == "replayed"


def test_two_agents_never_share_a_state(folder) -> None:
    with folder.held(), pytest.raises(BusyError), StateFolder(folder.path).held():
        pass
    with folder.held():
        pass


@pytest.mark.parametrize("mode", [0o755, 0o701, 0o770])
def test_a_folder_that_others_may_open_is_refused(enrolled, mode) -> None:
    enrolled.folder.path.chmod(mode)
    with pytest.raises(AgentError, match="others may read"):
        enrolled.client()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o700, 0o602])
@pytest.mark.parametrize("name", ["key.pem", "chain.json", "enrolment.json"])
def test_a_file_that_others_may_open_is_refused(enrolled, name, mode) -> None:
    (enrolled.folder.path / name).chmod(mode)
    with pytest.raises(AgentError, match="others may read"):
        enrolled.client()


def test_a_link_in_place_of_a_file_is_refused(enrolled, tmp_path) -> None:
    key = enrolled.folder.path / "key.pem"
    key.rename(tmp_path / "elsewhere")
    key.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AgentError):
        enrolled.client()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(enrolled) -> None:
    os.chown(enrolled.folder.path, 1234, -1)
    with pytest.raises(AgentError, match="another user"):
        enrolled.client()


DAMAGED = [b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe", b'{"seq": 1}', b'{"seq": "1", "prev": ""}', b"x" * 2_000_000]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
@pytest.mark.parametrize("name", ["key.pem", "chain.json", "enrolment.json"])
def test_damaged_state_is_said_and_never_renewed(enrolled, name, content) -> None:
    file: Path = enrolled.folder.path / name
    file.write_bytes(content)
    with pytest.raises(AgentError) as said:
        enrolled.client()
    assert "damaged" in said.value.what
    assert "forget" in said.value.fix
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [
        '{"seq": -1, "prev": ""}',
        '{"seq": 3, "prev": ""}',
        '{"seq": 0, "prev": "x"}',
        '{"seq": true, "prev": ""}',
        '{"seq": 1.0, "prev": ""}',
        '{"seq": 99999999999999999999, "prev": ""}',
        '{"seq": 0, "seq": 1, "prev": ""}',
    ],
)
def test_a_number_that_can_not_be_right_is_damage(enrolled, content) -> None:
    (enrolled.folder.path / "chain.json").write_text(content)
    with pytest.raises(AgentError, match="damaged"):
        Chain.load(enrolled.folder)


@pytest.mark.parametrize("name", ["key.pem", "chain.json"])
def test_missing_state_of_an_enrolled_device_is_said(enrolled, name) -> None:
    (enrolled.folder.path / name).unlink()
    with pytest.raises(AgentError):
        enrolled.client()
    assert not (enrolled.folder.path / name).exists()


def test_a_key_of_another_curve_is_damage(enrolled) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    other = generate_private_key(SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    enrolled.folder.write("key.pem", other)
    with pytest.raises(AgentError, match="damaged"):
        FileKey.load(enrolled.folder)


def test_the_record_is_shared_without_its_nonce_and_read_back(enrolled, tmp_path) -> None:
    record = Record(seq=4, nonce="n_secret", answer={"compliance": "compliant"})
    share(read_enrolment(enrolled.folder), record, tmp_path / "status.json")
    assert "n_secret" not in (tmp_path / "status.json").read_text()
    assert (tmp_path / "status.json").stat().st_mode & 0o777 == 0o644
    enrolment, shared = read_shared(tmp_path / "status.json") or pytest.fail("not read")
    assert enrolment == read_enrolment(enrolled.folder)
    assert shared.seq == 4


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_status_that_another_user_left_there_is_not_believed(enrolled, tmp_path) -> None:
    share(read_enrolment(enrolled.folder), Record(), tmp_path / "status.json")
    os.chown(tmp_path / "status.json", 1234, -1)
    assert read_shared(tmp_path / "status.json") is None


def test_a_damaged_record_shows_nothing_and_stops_nothing(enrolled) -> None:
    (enrolled.folder.path / "record.json").write_bytes(b"{{{")
    assert read_record(enrolled.folder) == Record()
    open_client(enrolled.folder).report((), "start")
