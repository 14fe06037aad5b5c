from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

import pytest

from limen.nodes.certificates import OwnKey, host_of, new_own_key, shown_key
from limen.private_authority import new_authority

NOW = 1_790_000_000_000


def shaken(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """Both ends after a handshake in memory. Raises ssl.SSLError."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = server.wrap_bio(to_server, to_client, server_side=True)
    calling = client.wrap_bio(to_client, to_server, server_hostname=host)
    for _ in range(6):
        for end in (calling, serving):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return serving, calling


def test_two_nodes_of_one_company_know_each_other_by_their_keys() -> None:
    authority = new_authority("Harbor: nodes", NOW).authority
    a, b = (new_own_key(authority, name, NOW) for name in "ab")
    serving, calling = shaken(a.server, b.client, host_of("a"))
    assert shown_key(serving.getpeercert(binary_form=True)) == b.shown
    assert shown_key(calling.getpeercert(binary_form=True)) == a.shown
    assert a.shown != b.shown


def refused(server: OwnKey, client: OwnKey, host: str) -> bool:
    try:
        serving, _ = shaken(server.server, client.client, host)
        return not serving.getpeercert(binary_form=True)
    except (ssl.SSLError, ValueError):
        return True


def test_another_authority_another_name_and_nothing_are_refused() -> None:
    authority, other = (new_authority("Harbor: nodes", NOW).authority for _ in range(2))
    a, b, stranger = new_own_key(authority, "a", NOW), new_own_key(authority, "b", NOW), new_own_key(other, "b", NOW)
    assert not refused(a, b, host_of("a"))
    assert refused(a, stranger, host_of("a"))
    assert refused(stranger, a, host_of("b"))
    assert refused(a, b, host_of("c"))
    assert shown_key(None) == ""
    assert a.server.minimum_version == ssl.TLSVersion.TLSv1_3


def test_its_key_is_written_to_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))  # a file there could not be made
    a = new_own_key(new_authority("Harbor: nodes", NOW).authority, "a", NOW)
    assert not refused(a, a, host_of("a"))
