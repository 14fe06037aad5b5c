"""What of sshd's settings lets people in without Limen; with a real one: tests/attacks/test_ssh.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.enforcement.ssh.limen_ssh_host import sshd
from limen.enforcement.ssh.limen_ssh_host.sshd import _matched, _options, other_ways_in


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["-D", "-e"], []),
        (["-f", "/x", "-p", "22"], ["-f", "/x"]),
        (["-f/x", "-oUsePAM=no"], ["-f", "/x", "-o", "UsePAM=no"]),
        (["-D", "what"], [None]),
        (["-f"], ["-f", None]),
    ],
)
def test_of_a_command_line_what_says_which_settings_are_in_force(words: list[str], options: list[str | None]) -> None:
    assert _options(words) == options


def test_what_a_match_says_is_named_also_behind_includes(tmp_path: Path) -> None:
    included = tmp_path / "more.conf"
    included.write_text("PasswordAuthentication yes\n")
    config = tmp_path / "sshd_config"
    config.write_text(f"PasswordAuthentication no\nMatch User x\nInclude {included}\nMatch all\nUsePAM=no\n")
    found = _matched(config, {"passwordauthentication", "usepam"}, set(), is_matched=False)
    assert [one.split()[0] for one in found] == ["PasswordAuthentication"]


def test_before_others_were_shut_out_they_get_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sshd, "ONLY", tmp_path / "only")
    assert len(other_ways_in()) == 1
