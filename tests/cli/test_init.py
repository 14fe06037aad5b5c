from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.golden import Expected
from tests.network.test_local_networks import told

from limen.cli.init import asked, next_steps, own_time_zone
from limen.company.load import check_folder
from limen.company.new_folder import Answers
from limen.network.local_networks import LocalNetworks, local_networks


@pytest.fixture(autouse=True)
def sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said must not hang on the networks of whoever runs the tests."""
    monkeypatch.setattr("limen.cli.init.local_networks", LocalNetworks)


def test_init_writes_a_folder_that_check_finds_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "harbor")
    assert leave("init", folder, "--name", "Harbor", "--domain", "harbor.localhost") == 0
    said = capsys.readouterr().out
    assert "limen.toml" in said
    assert "python3 -m http.server 9001 --bind 127.0.0.1" in said
    assert leave("check", folder) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Harbor: 1 app, ")


def test_init_never_writes_over_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("x")
    assert leave("init", str(tmp_path)) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


def test_a_wrong_flag_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("init", str(tmp_path / "a"), "--time-zone", "Europe/Berln", "--no-input") == 1
    assert 'did you mean "Europe/Berlin"?' in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_said_is_told_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    assert leave("init", str(tmp_path / "a"), "--no-input") == 0
    said = capsys.readouterr().out
    expected(said, {str(tmp_path): "FOLDER"})
    assert leave("init", str(tmp_path / "b"), "--no-input", "--name", "Harbor", "--domain", "harbor.localhost") == 0
    assert "was given" not in capsys.readouterr().out


def test_questions_are_asked_again_with_the_fix(capsys: pytest.CaptureFixture[str]) -> None:
    about = ["", "Harbör Freight", "HARBOR", "harbor.example", "Mars", "Europe/Berlin"]
    said = iter([*about, "tlh", "de, EN", "here", "acme", "it@a.example"])
    usual: list[str] = []

    def ask(_question: str, default: str) -> str:
        usual.append(default)
        return next(said)

    answers = asked(Answers(time_zone="Europe/Vienna"), ask)
    assert answers == Answers(
        "Harbör Freight", "harbor.example", "Europe/Berlin", "acme", "", "", "it@a.example", languages=("de", "en")
    )
    assert usual[2:] == ["harboer-freight.localhost"] * 2 + ["Europe/Vienna"] * 2 + ["en,de"] * 2 + ["acme"] * 2 + [""]
    told = capsys.readouterr().out
    assert "Passkeys are tied to the domain" in told
    for fix in ("1 to 80 printable", "in lowercase", "no time zone", "reaches beyond this machine"):
        assert fix in told


def test_own_files_and_an_own_front_are_asked_for_what_they_need() -> None:
    files = iter(["Harbor", "harbor.example", "UTC", "en", "files", "chain.pem", "key.pem"])
    answers = asked(Answers(), lambda _question, _usual: next(files))
    assert (answers.https, answers.certificate, answers.key) == ("files", "chain.pem", "key.pem")
    front = iter(["Harbor", "harbor.example", "UTC", "en", "front", "not an address", "10.0.0.2"])
    assert asked(Answers(), lambda _question, _usual: next(front)).front == "10.0.0.2"


def test_what_comes_next_is_honest_for_each_way(tmp_path: Path) -> None:
    def steps(domain: str, https: str) -> str:
        return "\n".join(next_steps(Path("harbor"), Answers("Harbor", domain, https=https)))

    assert "DNS" not in steps("harbor.localhost", "")
    assert "limen serve harbor\n" in steps("harbor.localhost", "")
    assert "limen serve harbor --https" in steps("harbor.example", "acme")
    assert "point *.harbor.example" in steps("harbor.example", "internal")
    assert "docs/how-to" in steps("harbor.example", "front")
    assert "trusted_proxies" in steps("harbor.example", "")


def test_the_machines_time_zone_is_the_usual_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    (tmp_path / "zoneinfo" / "Europe").mkdir(parents=True)
    (tmp_path / "zoneinfo" / "Europe" / "Berlin").write_text("")
    (tmp_path / "localtime").symlink_to(tmp_path / "zoneinfo" / "Europe" / "Berlin")
    assert own_time_zone(tmp_path / "localtime") == "Europe/Berlin"
    assert own_time_zone(tmp_path / "none") == "UTC"
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert own_time_zone() == "Asia/Tokyo"


def test_the_networks_that_the_machine_sees_are_where_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    (tmp_path / "proc").mkdir()
    monkeypatch.setattr("limen.cli.init.local_networks", lambda: local_networks(told(tmp_path / "proc")))
    assert leave("init", str(tmp_path / "a"), "--no-input", "--name", "Harbor", "--domain", "harbor.localhost") == 0
    expected(capsys.readouterr().out.split("tests.yaml\n")[1].split("\n")[0])
    company = check_folder(tmp_path / "a").company
    assert company is not None
    assert {one.name for one in company.parts["network.yaml"].network.zones} == {
        "net-eth0",
        "vlan30",
        "net-10-10-40-0-24",
    }
