"""What the program and Limen have to say alike."""

from __future__ import annotations

from limen.enforcement.ssh.limen_ssh_host.places import ACCOUNT, PROGRAM, UNIT


def test_the_unit_is_called_as_the_program() -> None:
    assert UNIT.stem == PROGRAM.name


def test_an_accounts_name_means_nothing_in_sudoers_or_a_shell() -> None:
    assert ACCOUNT.fullmatch("ida.k-1_x")
    for name in ("ALL", "%staff", "#0", "ida ", "-ida", "ida\n", "a/b", "ida,kim"):
        assert not ACCOUNT.fullmatch(name)
