"""Keys in a real SoftHSM."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.interop.fronts import program

from limen.data.sealing.errors import SealedError
from limen.data.sealing.key_providers.pkcs11_token import PIN, Pkcs11Token

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
ONE, OTHER = "sk_00000001", "sk_00000002"
SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A token of this file's own: SoftHSM reads its settings once in a process."""
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        made = [
            program("softhsm2-util"),
            "--init-token",
            "--free",
            "--label",
            "limen",
        ]
        subprocess.run([*made, "--pin", "4321", "--so-pin", "87654321"], check=True, capture_output=True)
        (folder / "pin").write_text("4321\n")
        (folder / "pin").chmod(0o600)
        yield folder


def token(folder: Path) -> Pkcs11Token:
    return Pkcs11Token.of(f"pkcs11:token=limen?module-path={MODULE}&pin-source=file:{folder / 'pin'}")


def test_keys_wrap_in_the_token_and_end_there(softhsm: Path) -> None:
    provider = token(softhsm)
    provider.make(ONE)
    provider.make(OTHER)
    wrapped = provider.wrap(ONE, SECRET)
    assert SECRET not in wrapped
    assert provider.unwrap(ONE, wrapped) == SECRET
    flipped = wrapped[:-1] + bytes((wrapped[-1] ^ 1,))
    for key_id, text in ((OTHER, wrapped), (ONE, flipped), (ONE, wrapped[:20])):
        with pytest.raises(SealedError):
            provider.unwrap(key_id, text)
    provider.destroy(ONE)
    provider.destroy(ONE)
    with pytest.raises(SealedError):
        provider.unwrap(ONE, wrapped)
    assert provider.unwrap(OTHER, provider.wrap(OTHER, SECRET)) == SECRET


def test_a_key_never_leaves_the_token(softhsm: Path) -> None:
    import pkcs11

    token(softhsm).make("sk_00000003")
    with pkcs11.lib(MODULE).get_token(token_label="limen").open(user_pin="4321") as session:
        key = session.get_key(label="sk_00000003")
        with pytest.raises(pkcs11.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]


def test_a_wrong_pin_is_said_and_not_shown(softhsm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PIN, "98765432")
    with pytest.raises(SealedError) as wrong:
        Pkcs11Token(MODULE, "limen").make("sk_00000004")
    assert "98765432" not in str(wrong.value)
    monkeypatch.setenv(PIN, "4321")
    Pkcs11Token(MODULE, "limen").make("sk_00000004")


def test_another_token_another_library_and_an_open_pin_file_are_refused(softhsm: Path, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("4321")
    (tmp_path / "pin").chmod(0o644)
    for wrong in (
        Pkcs11Token(MODULE, "other", str(softhsm / "pin")),
        Pkcs11Token("/nowhere.so", "limen", str(softhsm / "pin")),
        Pkcs11Token(MODULE, "limen", str(tmp_path / "pin")),
        Pkcs11Token(MODULE, "limen", str(tmp_path / "missing")),
    ):
        with pytest.raises(SealedError):
            wrong.make("sk_00000005")


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:",
        "pkcs11:token=limen",
        "pkcs11:token=?module-path=/x.so",
        "pkcs11:token=limen?module-path=x.so",
        "pkcs11:token=limen?module-path=/x.so&pin-value=4321",
    ],
)
def test_what_names_no_token_or_has_a_pin_in_it_is_refused(uri: str) -> None:
    with pytest.raises(SealedError):
        Pkcs11Token.of(uri)


def test_names_may_be_escaped() -> None:
    found = Pkcs11Token.of("pkcs11:token=Harbor%20keys;model=x?module-path=/x.so&pin-source=file:/pin")
    assert found == Pkcs11Token("/x.so", "Harbor keys", "/pin")
