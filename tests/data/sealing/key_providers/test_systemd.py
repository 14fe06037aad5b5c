from __future__ import annotations

from pathlib import Path

import pytest

from limen.data.sealing.errors import SealedError
from limen.data.sealing.key_providers.systemd import SystemdCredential
from limen.storage.master_key import written_key

ONE, OTHER = "sk_00000001", "sk_00000002"


def test_one_credential_wraps_all_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    credential = tmp_path / "limen-sealing-key"
    credential.write_text(written_key(bytes(32)))
    credential.chmod(0o440)  # as systemd makes them
    provider = SystemdCredential("limen-sealing-key")
    provider.make(ONE)
    wrapped = provider.wrap(ONE, b"secret")
    assert provider.unwrap(ONE, wrapped) == b"secret"
    with pytest.raises(SealedError):
        provider.unwrap(OTHER, wrapped)
    provider.destroy(ONE)
    assert provider.unwrap(ONE, wrapped) == b"secret"  # a service can't destroy its credential: can_destroy says so
    assert not provider.can_destroy


def test_without_it_nothing_is_wrapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    for folder in ("", str(tmp_path)):
        if folder:
            monkeypatch.setenv("CREDENTIALS_DIRECTORY", folder)
        with pytest.raises(SealedError):
            SystemdCredential("limen-sealing-key").make(ONE)
