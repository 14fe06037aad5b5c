from __future__ import annotations

import pytest

from limen.data.sealing.errors import SealedError
from limen.data.sealing.key_providers.files import KeyFiles
from limen.data.sealing.key_providers.pkcs11_token import Pkcs11Token
from limen.data.sealing.key_providers.provider import MasterKeyAlone, checked, not_of_this_key, provider_of
from limen.data.sealing.key_providers.systemd import SystemdCredential


@pytest.mark.parametrize(
    ("said", "kind", "can_destroy"),
    [
        ("database", MasterKeyAlone, False),
        ("file:/etc/limen/sealing", KeyFiles, True),
        ("systemd:limen-sealing-key", SystemdCredential, False),
        ("pkcs11:token=limen?module-path=/usr/lib/x.so", Pkcs11Token, True),
    ],
)
def test_a_setting_names_a_provider(said: str, kind: type, can_destroy: bool) -> None:
    provider = provider_of(said)
    assert isinstance(provider, kind)
    assert provider.can_destroy is can_destroy


@pytest.mark.parametrize(
    "said", ["", "databases", "database:x", "file:keys", "file:", "systemd:", "systemd:../x", "kms:x"]
)
def test_anything_else_is_refused(said: str) -> None:
    with pytest.raises(SealedError):
        provider_of(said)


@pytest.mark.parametrize("key_id", ["", "..", "sk_1/../x", "sk_xyz", "sk_0000000 "])
def test_no_id_leads_out_of_its_folder(key_id: str) -> None:
    with pytest.raises(SealedError):
        checked(key_id)


def test_the_master_key_alone_wraps_nothing() -> None:
    alone = MasterKeyAlone()
    alone.make("sk_00000000")
    assert alone.unwrap("sk_00000000", alone.wrap("sk_00000000", b"secret")) == b"secret"
    alone.destroy("sk_00000000")
    assert isinstance(not_of_this_key(), SealedError)
