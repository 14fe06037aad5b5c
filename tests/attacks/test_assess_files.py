"""Attacks by the files that `limen assess` reads, and on what it writes: hostile exports, links, names, and lies."""

from __future__ import annotations

import io
import json
import os
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.assessing.harbor import DOMAIN, NOW, ZONE, Harbor
from tests.assessing.made import SMALL, assessment, part, parts, told_of
from tests.cli.test_main import leave

from limen.assessing import folder as reading
from limen.assessing.assessment import assessed
from limen.assessing.reading import told_by
from limen.assessing.saying import plain, said
from limen.clock import SystemClock
from limen.errors import LimenError


def refused(folder: Path, name: str, data: bytes) -> str:
    """What is said of a file that is refused; nothing of the whole folder is taken then."""
    (folder / name).write_bytes(data)
    with pytest.raises(LimenError) as error:
        told_by(folder, NOW)
    return error.value.what


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        ("deep.json", b"[" * 200_000, "deep.json"),
        ("deep.json", b'{"value": [{"id": ' + b'{"a":' * 100_000, "deep.json"),
        ("deep.json", b'[{"userPrincipalName": "a", "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}]", "deep.json"),
        ("cut.json", b'{"value": [\n{"userPrincipalName": "ada@harbor', "cut.json"),
        ("latin.csv", "name,email\nJörg,j@harbor.example\n".encode("latin-1"), "latin.csv:2"),
        ("nul.csv", b"name,email\nAda\0,ada@harbor.example\n", "nul.csv:2"),
        ("half.csv", b"\xff\xfen\x00a", "half.csv"),
        ("quote.csv", b'hostname,os\n"never closed,Windows\n', "quote.csv"),
        ("wide.csv", b"hostname,os\n" + b"x," * 5_000 + b"\n", "wide.csv:2"),
        ("long.csv", b"hostname,os\n" + b"x" * 100_000 + b",Windows\n", "long.csv:2"),
        ("formula.csv", b"hostname,os\n=HYPERLINK(1),Windows\n", "formula.csv:2"),
        ("formula.csv", b"hostname,os\n@SUM(1),Windows\n", "formula.csv:2"),
        ("people.csv", b"name,email\n=cmd|calc,ada@harbor.example\n", "people.csv:2"),
        ("zone.txt", f"{ZONE}$GENERATE 0-4294967295 a$ A 192.0.2.1\n".encode(), "zone.txt"),
        ("zone.txt", f"{ZONE}$INCLUDE /etc/shadow\n".encode(), "zone.txt"),
        ("page.json", b'{"value": [], "@odata.nextLink": "https://x"}', "page.json"),
    ],
)
def test_hostile_files_are_refused_with_their_place(tmp_path: Path, name: str, data: bytes, where: str) -> None:
    assert refused(tmp_path, name, data).startswith(f"{where}:")


def test_nothing_is_unpacked(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("../../users.json", b"0" * 50_000_000)
    assert len(held.getvalue()) < 100_000
    for name in ("bomb.csv", "bomb.json"):
        refused(tmp_path, name, held.getvalue())
    (tmp_path / "bomb.csv").unlink()
    (tmp_path / "bomb.json").unlink()
    (tmp_path / "bomb.zip").write_bytes(held.getvalue())
    assert [name for name, _ in told_by(tmp_path, NOW).left_out] == ["bomb.zip"]


def test_a_file_beyond_the_bounds_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1 << 20)
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(1 << 40)  # sparse: it takes no room
    with pytest.raises(LimenError, match=r"huge\.csv"):
        told_by(tmp_path, NOW)


def test_links_pipes_and_sockets_are_neither_followed_nor_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    secret = tmp_path / "secret.json"
    secret.write_text('[{"userPrincipalName": "ada@harbor.example"}]')
    (folder / "link.json").symlink_to(secret)
    (folder / "folder.json").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.json")
    with socket.socket(socket.AF_UNIX) as own:
        own.bind(str(folder / "s.json"))
        told = told_by(folder, NOW)
    assert {name for name, _ in told.left_out} == {"link.json", "folder.json", "pipe.json", "s.json"}
    assert not told.accounts


def test_a_file_that_becomes_a_link_meanwhile_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_text("[]")
    monkeypatch.setattr(reading, "_not_taken", lambda folder, name: _swap(folder / name))
    with pytest.raises(LimenError, match=r"a\.json"):
        told_by(tmp_path, NOW)


def _swap(path: Path) -> str:
    path.unlink()
    path.symlink_to("/etc/passwd")
    return ""


def test_no_name_or_text_steers_a_terminal_or_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Hostile(Harbor):
        def user(self, number: int) -> dict[str, Any]:
            return super().user(number) | {"displayName": "\x1b]0;owned\x07<script>\u202eada"}

        def apps(self) -> list[dict[str, Any]]:
            return [one | {"displayName": "\x1b[2J<img src=x>"} for one in super().apps()]

    now = SystemClock().now()
    folder = Hostile(people=3, without_factor=frozenset({1}), now=now).write(tmp_path / "in")
    (folder / "\x1b[31mname.txt").write_text("nothing\n")
    assert leave("assess", str(folder), "--out", str(tmp_path / "out")) == 0
    written = capsys.readouterr().out
    page = (tmp_path / "out" / "roadmap.html").read_text()
    text = (tmp_path / "out" / "roadmap.txt").read_text()
    for one in (written, page, text):
        assert not {"\x1b", "\x07", "\u202e"} & set(one)
    assert "<script>" not in page
    assert "<img" not in page


def test_without_the_option_nothing_uses_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoNetwork(socket.socket):
        def connect(self, *_args: Any) -> None:
            raise AssertionError

        def sendto(self, *_args: Any) -> int:  # type: ignore[override]
            raise AssertionError

    monkeypatch.setattr(socket, "socket", NoNetwork)
    folder = Harbor(people=3, now=SystemClock().now()).write(tmp_path / "in")
    assert leave("assess", str(folder), "--json") == 0


def test_nothing_that_is_there_is_written_over_and_nothing_beside_the_folder(tmp_path: Path) -> None:
    folder = Harbor(people=3, now=SystemClock().now()).write(tmp_path / "in")
    out, victim = tmp_path / "out", tmp_path / "victim"
    out.mkdir()
    victim.write_text("mine")
    for target in (victim, tmp_path / "not there yet"):
        (out / "roadmap.html").symlink_to(target)
        assert leave("assess", str(folder), "--out", str(out)) == 1
        (out / "roadmap.html").unlink()
    assert victim.read_text() == "mine"
    assert {one.name for one in tmp_path.iterdir()} == {"in", "out", "victim"}
    assert leave("assess", str(folder), "--out", str(out)) == 0
    assert {one.name for one in out.iterdir()} == {"roadmap.html", "roadmap.json", "roadmap.txt"}
    assert all(one.stat().st_mode & 0o077 == 0 for one in out.iterdir())
    assert leave("assess", str(folder), "--out", str(out)) == 1


def test_a_refused_file_leaves_nothing_written(tmp_path: Path) -> None:
    folder = Harbor(people=3).write(tmp_path / "in")
    (folder / "bad.json").write_text("[{")
    assert leave("assess", str(folder), "--out", str(tmp_path / "out")) == 1
    assert not (tmp_path / "out").exists()


# Lies


def test_times_that_are_to_come_make_nothing_fresh(tmp_path: Path) -> None:
    class Ahead(Harbor):
        def device(self, number: int) -> dict[str, Any]:
            return super().device(number) | {"lastSyncDateTime": "2099-01-01T00:00:00Z"}

        def list_of_devices(self) -> str:
            return "hostname,os,last seen\n" + "".join(f"HARBOR-{one:04},Windows,2099-01-01\n" for one in self.numbers)

    one = part(assessment(Ahead(people=SMALL), tmp_path), "D4")
    assert not one.is_met
    assert one.numerator == 0


def test_a_user_who_is_taken_out_of_one_file_is_found_by_the_others(tmp_path: Path) -> None:
    """An administrator without a second factor, left out of the list of users."""

    class Lying(Harbor):
        def files(self) -> dict[str, str]:
            found = super().files()
            users = json.loads(found["users.json"])
            users["value"] = [one for one in users["value"] if one["id"] != "user-0000"]
            return found | {"users.json": json.dumps(users)}

    honest = assessment(Harbor(people=SMALL, without_factor=frozenset({0})), tmp_path / "a")
    lying = assessment(Lying(people=SMALL, without_factor=frozenset({0})), tmp_path / "b")
    assert not part(lying, "I1").is_met
    assert part(honest, "I1").is_met
    assert (part(lying, "I2").share or 0) <= (part(honest, "I2").share or 0)


def test_a_device_that_is_taken_off_every_list_is_found_by_who_signs_in_on_it(tmp_path: Path) -> None:
    class Lying(Harbor):
        def files(self) -> dict[str, str]:
            found = super().files()
            devices = json.loads(found["intune.json"])
            devices["value"] = devices["value"][1:]
            listed = found["devices.csv"].splitlines()
            return found | {"intune.json": json.dumps(devices), "devices.csv": "\n".join(listed[:1] + listed[2:])}

    lying = assessment(Lying(people=SMALL, not_encrypted=frozenset({0})), tmp_path / "b")
    for control in ("D1", "D4"):
        assert not part(lying, control).is_met
        assert part(lying, control).denominator == SMALL


def test_a_week_that_is_cut_out_of_the_log_makes_it_no_log(tmp_path: Path) -> None:
    class Cut(Harbor):
        def sign_ins(self, number: int) -> list[dict[str, Any]]:
            return [one for day, one in enumerate(super().sign_ins(number)) if day not in range(10, 17)]

    assert part(assessment(Harbor(people=SMALL), tmp_path / "a"), "I9").is_known
    for control in ("I2", "I3", "I4", "I9", "D1"):
        found = assessment(Cut(people=SMALL), tmp_path / "b")
        begins = "apps at Entra ID" if control == "I4" else ""
        assert not part(found, control, begins).is_known


def test_a_second_file_can_soften_nothing_that_the_first_one_says(tmp_path: Path) -> None:
    """The same sign-in, report and account again, and better."""
    harbor = Harbor(people=SMALL, without_factor=frozenset({3}), weak=frozenset({4}))
    better = Harbor(people=SMALL)
    before = parts(assessment(harbor, tmp_path / "a"))
    folder = harbor.write(tmp_path / "b")
    for name in ("sign-ins.json", "factors.json", "users.json", "intune.json"):
        for place in ("0-", "z-"):
            (folder / f"{place}{name}").write_text(better.files()[name])
    after = parts(assessed(told_by(folder, NOW), NOW))
    for key, one in after.items():
        assert (one.share or 0.0) <= (before[key].share or 0.0), key


def test_who_leaves_out_names_leaves_out_those_of_strangers_too(tmp_path: Path) -> None:
    class Strangers(Harbor):
        def role(self) -> dict[str, Any]:
            found = super().role()
            found["members"].append({"id": "x", "userPrincipalName": f"zacharias.quill@{DOMAIN}"})
            return found

    found = assessed(told_of(Strangers(people=3, days=2), tmp_path), NOW)
    text = json.dumps(plain(found, said(found, has_names=False))).casefold()
    assert "zacharias" not in text
    assert "quill" not in text
    assert "zacharias" in json.dumps(plain(found, said(found, has_names=True)))
