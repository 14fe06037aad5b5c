"""Wrapping keys in a token that speaks PKCS#11: a hardware module, or SoftHSM. They never leave it.

For each sealing key one AES-256 key, which wraps by AES-GCM in the token (PKCS#11 v2.40, CKM_AES_GCM). Destroying it
there is an end for every copy of the database.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote

from limen.data.sealing.errors import SealedError
from limen.data.sealing.key_providers.files import NONCE
from limen.data.sealing.key_providers.provider import checked, not_of_this_key
from limen.extras import how_to_install

if TYPE_CHECKING:
    from pkcs11 import Session

PIN: Final = "LIMEN_PKCS11_PIN"
_TAG_BITS: Final = 128
_LONGEST_PIN: Final = 200


@dataclass(frozen=True, slots=True)
class Pkcs11Token:
    """`module` is the library, `token` the label. `pin_file` holds the PIN; "": it is in the environment."""

    module: str
    token: str
    pin_file: str = ""

    can_destroy = True

    @classmethod
    def of(cls, uri: str) -> Pkcs11Token:
        """As RFC 7512 writes it: `pkcs11:token=NAME?module-path=FILE&pin-source=file:FILE`. Raises SealedError."""
        path, _, query = uri.removeprefix("pkcs11:").partition("?")
        named = dict(part.partition("=")[::2] for part in path.split(";"))
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        module, pin_file = asked.get("module-path", ""), asked.get("pin-source", "").removeprefix("file:")
        if not named.get("token") or not Path(module).is_absolute() or "pin-value" in asked:
            raise SealedError(
                "`keys` in [data.sealing] names no token",
                "write pkcs11:token=NAME?module-path=/the/library.so&pin-source=file:/a/file, and no PIN",
            )
        return cls(module, unquote(named["token"]), pin_file)

    def make(self, key_id: str) -> None:
        from pkcs11 import Attribute, KeyType  # noqa: PLC0415

        template = {Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True}
        with self._session() as session:
            session.generate_key(KeyType.AES, 256, label=checked(key_id), store=True, template=template)

    def wrap(self, key_id: str, secret: bytes) -> bytes:
        from pkcs11 import GCMParams, Mechanism  # noqa: PLC0415

        nonce = os.urandom(NONCE)
        with self._session() as session:
            params = GCMParams(nonce, key_id.encode(), _TAG_BITS)
            key = _key(session, key_id)
            wrapped: bytes = key.encrypt(secret, mechanism=Mechanism.AES_GCM, mechanism_param=params)
        return nonce + wrapped

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        from pkcs11 import GCMParams, Mechanism, PKCS11Error  # noqa: PLC0415

        with self._session() as session:
            params = GCMParams(wrapped[:NONCE], key_id.encode(), _TAG_BITS)
            key = _key(session, key_id)
            try:
                secret: bytes = key.decrypt(wrapped[NONCE:], mechanism=Mechanism.AES_GCM, mechanism_param=params)
            except PKCS11Error:
                raise not_of_this_key() from None
        return secret

    def destroy(self, key_id: str) -> None:
        from pkcs11 import NoSuchKey  # noqa: PLC0415

        with self._session() as session:
            try:
                session.get_key(label=checked(key_id)).destroy()
            except NoSuchKey:
                return

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """Signed in to the token for this one thing. Raises SealedError, which never holds the PIN."""
        try:
            import pkcs11  # noqa: PLC0415 -- an extra
        except ImportError:
            raise SealedError("keys in a PKCS#11 token need an extra package", how_to_install("pkcs11")) from None
        pin = self._pin()
        try:
            with pkcs11.lib(self.module).get_token(token_label=self.token).open(rw=True, user_pin=pin) as session:
                yield session
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise SealedError(
                f"the PKCS#11 token {self.token} can't be used ({type(error).__name__})",
                "check that it is connected, its label, the library's path and the PIN",
            ) from None

    def _pin(self) -> str:
        if not self.pin_file:
            return os.environ.get(PIN, "")
        try:
            with Path(self.pin_file).open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o037:
                    raise SealedError(f"{self.pin_file} can be read or changed by others", f"chmod 600 {self.pin_file}")
                return file.read(_LONGEST_PIN).decode("utf-8", "replace").strip()
        except OSError as error:
            raise SealedError(
                f"the PIN in {self.pin_file} can't be read ({error.strerror})", "check the path"
            ) from None


def _key(session: Session, key_id: str) -> Any:
    from pkcs11 import NoSuchKey, ObjectClass, SecretKey  # noqa: PLC0415

    try:
        found = session.get_key(object_class=ObjectClass.SECRET_KEY, label=checked(key_id))
    except NoSuchKey:
        raise SealedError(
            f"the token has no key {key_id}: it was destroyed, or this is another token", "connect the right token"
        ) from None
    if not isinstance(found, SecretKey):
        raise not_of_this_key()
    return found
