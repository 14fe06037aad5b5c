"""What its owner types, and what they are told."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from agent.tests.test_enrolling import with_path

from limen_agent import __version__
from limen_agent.cli import status as status_module
from limen_agent.cli.main import main
from limen_agent.cli.showing import shown
from limen_agent.cli.start import START
from limen_agent.cli.threat import threat
from limen_agent.cli.what_is_read import NEVER_READ, READ
from limen_agent.collectors.check import CHECKS
from limen_agent.errors import AgentError
from limen_agent.state.enrolment import read_enrolment
from limen_agent.state.record import Record, share

HERE = Path(__file__).parents[2]
WIRE = HERE.parent / "tests" / "devices" / "wire"


def test_version_and_wrong_calls(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"limen-agent {__version__}\n"
    for words in ([], ["update"], ["enrol"], ["check", "--token", "x"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2


@pytest.mark.parametrize("words", [["status"], ["report"], ["run"]])
def test_what_needs_an_enrolment_says_how_to_get_one(folder, words, capsys, monkeypatch) -> None:
    monkeypatch.setattr(status_module, "read_shared", lambda: None)
    assert main(["--state", str(folder.path), *words]) == 1
    assert "limen-agent enrol ADDRESS" in capsys.readouterr().err


def test_check_prints_and_sends_nothing_without_an_enrolment(folder, capsys) -> None:
    words = ["--state", str(folder.path), "check", "--json", "os", "secure_boot", "administrators"]
    assert main(words) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == ["os", "secure_boot", "administrators"]
    assert not folder.path.exists()
    assert main(["check", "no-such-check"]) == 1
    assert "edr" in capsys.readouterr().err


def recorded() -> Record:
    report = json.loads((WIRE / "report-unhealthy.json").read_text())["claims"]
    answer = json.loads((WIRE / "report-answered-fail.json").read_text())["body"]
    return Record(reported_at=1790000300, next_at=1790000600, seq=42, checks=report["checks"], answer=answer)


def test_status_explains_each_check_with_its_steps_and_deadline(enrolled) -> None:
    enrolment = read_enrolment(enrolled.folder)
    text = "\n".join(shown(enrolment, recorded(), now=1790000360))
    for part in (
        "Harbor's device",
        "of Ida Quay",
        "whoever becomes root on this machine can copy it",
        "60 seconds ago, number 42",
        "in 4 minutes",
        "not compliant, as judged 60 seconds ago",
        "3 security updates have waited for 20 days",
        "4 updates wait, 3 of them for security",
        "1. Open Software and install all updates",
        "about 15 minutes",
        "limits what you can open",
        *READ,
        *NEVER_READ,
    ):
        assert part in text
    assert all(f"\n{id_} " in text for id_ in CHECKS)


def test_status_shows_nothing_that_steers_a_terminal(enrolled) -> None:
    hostile = "\x1b]0;all good\x07\x1b[2J\u202e"
    record = recorded()
    record.checks[0]["evidence"] = hostile
    record.answer["checks"] = [
        {
            "id": hostile,
            "verdict": "fail",
            "sentence": hostile,
            "steps": [hostile],
            "deadline": 10**30,
            "minutes": 10**9,
        },
        {"id": "os", "verdict": hostile, "severity": hostile, "steps": hostile, "sentence": 5},
        "nothing",
    ]
    text = "\n".join(shown(read_enrolment(enrolled.folder), record, now=1790000360))
    assert all(line.isprintable() for line in text.splitlines())


def test_status_says_when_it_was_ended(enrolled) -> None:
    ended = Record(ended="lost", problem="this device is reported lost in Limen", fix="ask who looks after devices")
    text = "\n".join(shown(read_enrolment(enrolled.folder), ended, now=1790000360))
    assert "reported lost" in text
    assert "Next report" not in text
    ended.answer = {"compliance": "compliant"}
    text = "\n".join(shown(read_enrolment(enrolled.folder), ended, now=1790000360))
    assert "This device is" not in text


def test_status_before_the_first_report_says_how_the_service_is_begun(enrolled) -> None:
    enrolment = read_enrolment(enrolled.folder)
    text = "\n".join(shown(enrolment, Record()))
    assert [line in text for line in START] == [True, True]
    assert "systemctl" not in "\n".join(shown(enrolment, recorded(), now=1790000360))


def test_status_says_no_time_where_nobody_knows_it_and_what_a_warning_becomes(enrolled) -> None:
    record = recorded()
    record.answer["checks"] = [
        {"id": "os", "verdict": "fail", "severity": "warn", "minutes": 0, "deadline": 1790086400}
    ]
    text = "\n".join(shown(read_enrolment(enrolled.folder), record, now=1790000360))
    assert "minutes" not in text.partition("\nos ")[2].partition("\n\n")[0]
    assert "on it makes this device not healthy" in text


def test_status_as_json_holds_no_nonce_and_no_key(enrolled, capsys) -> None:
    assert main(["--state", str(enrolled.folder.path), "status", "--json"]) == 0
    text = capsys.readouterr().out
    said = json.loads(text)
    assert said["device"] == enrolled.enrolment.device
    assert said["never_reads"] == list(NEVER_READ)
    assert "nonce" not in said
    assert "PRIVATE" not in text


def test_the_owner_who_is_not_root_reads_what_the_service_shares(enrolled, tmp_path, monkeypatch) -> None:
    shared = tmp_path / "status.json"
    share(enrolled.enrolment, recorded(), shared)
    monkeypatch.setattr(
        status_module, "read_shared", lambda: __import__("limen_agent.state.record", fromlist=["x"]).read_shared(shared)
    )
    monkeypatch.setattr(status_module, "SYSTEM", tmp_path / "not-mine")
    assert main(["--state", str(tmp_path / "not-mine"), "status"]) == 0


def test_forget_deletes_key_and_state_and_only_when_sure(enrolled, capsys, monkeypatch) -> None:
    words = ["--state", str(enrolled.folder.path), "forget"]
    assert main(words) == 1
    assert (enrolled.folder.path / "key.pem").exists()
    assert main([*words, "--yes"]) == 0
    assert {file.name for file in enrolled.folder.path.iterdir()} == {"lock"}


# threats


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    made = tmp_path / "threats"
    made.mkdir(mode=0o770)
    return made


def test_a_threat_is_noted_once_by_its_name_alone_and_cleared(spool, monkeypatch) -> None:
    monkeypatch.setenv("CLAM_VIRUSEVENT_VIRUSNAME", "Eicar-Test-Signature")
    monkeypatch.setenv("CLAM_VIRUSEVENT_FILENAME", "/home/ida/letter.odt")
    for _ in range(3):
        assert threat(None, is_clear=False, spool=spool) == 0
    (file,) = spool.iterdir()
    said = json.loads(file.read_text())
    assert said["name"] == "Eicar-Test-Signature"
    assert abs(said["at"] - time.time()) < 60
    assert "letter" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640
    threat("Eicar-Test-Signature", is_clear=True, spool=spool)
    assert list(spool.iterdir()) == []


def test_a_flood_of_threats_fills_no_disk_and_loses_no_alarm(spool) -> None:
    for number in range(230):
        threat(f"Threat {number}", is_clear=False, spool=spool)
    assert len(list(spool.iterdir())) == 201


@pytest.mark.parametrize("name", ["", " \n", "\x00\x1b"])
def test_a_threat_without_a_name_is_refused(spool, name, monkeypatch) -> None:
    monkeypatch.delenv("CLAM_VIRUSEVENT_VIRUSNAME", raising=False)
    with pytest.raises(AgentError):
        threat(name, is_clear=False, spool=spool)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/b", "x" * 5000, "\x1b[2Jname", "Ünïcode"])
def test_a_threats_name_is_no_path_and_no_line(spool, name) -> None:
    threat(name, is_clear=False, spool=spool)
    (file,) = spool.iterdir()
    assert file.parent == spool
    said = json.loads(file.read_text())["name"]
    assert said.isprintable()
    assert len(said) <= 120


def test_a_folder_that_anybody_may_write_to_is_refused(spool, tmp_path) -> None:
    spool.chmod(0o777)
    with pytest.raises(AgentError, match="root"):
        threat("x", is_clear=False, spool=spool)
    (tmp_path / "link").symlink_to(spool)
    spool.chmod(0o770)
    with pytest.raises(AgentError):
        threat("x", is_clear=False, spool=tmp_path / "link")
    with pytest.raises(AgentError, match="not there"):
        threat("x", is_clear=False, spool=tmp_path / "none")


def test_a_link_that_waits_in_place_of_a_finding_is_not_followed(spool, tmp_path) -> None:
    threat("x", is_clear=False, spool=spool)
    (file,) = spool.iterdir()
    file.unlink()
    target = tmp_path / "target"
    target.write_text("untouched")
    file.symlink_to(target)
    threat("x", is_clear=False, spool=spool)
    assert target.read_text() == "untouched"
    assert not file.is_symlink()


# what the package promises


def test_the_readme_says_what_is_read_and_never_read_in_the_same_words() -> None:
    readme = " ".join((HERE / "README.md").read_text().split())
    assert [line for line in (*READ, *NEVER_READ) if line not in readme] == []


def test_the_agent_imports_nothing_of_limen() -> None:
    sources = sorted((HERE / "src").rglob("*.py"))
    assert len(sources) > 30
    named = [
        file
        for file in sources
        for line in file.read_text().splitlines()
        if line.lstrip().startswith(("import limen.", "from limen.", "import limen ", "from limen import"))
    ]
    assert named == []


@pytest.mark.skipif(not Path("/usr/bin/systemd-analyze").exists(), reason="systemd-analyze is not installed")
def test_the_unit_is_hardened(tmp_path) -> None:
    unit = tmp_path / "limen-agent.service"
    unit.write_text(
        (HERE / "systemd" / "limen-agent.service").read_text().replace("/usr/local/bin/limen-agent", "/bin/true")
    )
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert "limen-agent" not in verified.stderr
    analysed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=35", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **with_path()},
    )
    assert analysed.returncode == 0, analysed.stdout[-500:]
