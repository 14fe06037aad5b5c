"""A secret that one TPM alone gives back, and only while it holds one key:
TPM2_MakeCredential without a TPM (TPM 2.0 Library, part 1, credential protection).

It is sealed to the endorsement key, and to the name of the other, which tells what that key may do: so a TPM that opens
it has a key of exactly these attributes.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode

from limen.devices.tpm.structures import Public

LONGEST: Final = 32
"""What may be sealed: no more than a digest of the endorsement key's hash, and the shortest is SHA-256."""
_IDENTITY: Final = b"IDENTITY\0"
_BLOCK: Final = bytes(16)


def make_credential(endorsement: Public, name: bytes, secret: bytes) -> tuple[bytes, bytes]:
    """A TPM2B_ID_OBJECT and a TPM2B_ENCRYPTED_SECRET: `secret` for the TPM of this key, while it holds `name`.

    Raises ValueError where this key can't seal, or `secret` is too long.
    """
    if not endorsement.sealing_bits or len(secret) > LONGEST:
        raise ValueError("nothing can be sealed so")
    algorithm = endorsement.hash
    seed, sent = _seed(endorsement)
    sealing_key = _kdf_a(algorithm, seed, b"STORAGE", name, endorsement.sealing_bits // 8)
    cipher = Cipher(AES(sealing_key), CFB(_BLOCK)).encryptor()
    sealed = cipher.update(_sized(secret)) + cipher.finalize()
    integrity = HMAC(_kdf_a(algorithm, seed, b"INTEGRITY", b"", algorithm.digest_size), algorithm)
    integrity.update(sealed + name)
    return _sized(_sized(integrity.finalize()) + sealed), _sized(sent)


def _seed(endorsement: Public) -> tuple[bytes, bytes]:
    """What both sides derive their keys from, and how it is sent (part 1, annexes B and C)."""
    key, algorithm = endorsement.key, endorsement.hash
    if not isinstance(key, ec.EllipticCurvePublicKey):
        seed = secrets.token_bytes(algorithm.digest_size)
        return seed, key.encrypt(seed, padding.OAEP(padding.MGF1(algorithm), algorithm, _IDENTITY))
    once = ec.generate_private_key(key.curve)
    shared = once.exchange(ec.ECDH(), key)
    (x, y), (its_x, _) = _point(once.public_key()), _point(key)
    derive = ConcatKDFHash(algorithm, algorithm.digest_size, _IDENTITY + x + its_x)
    return derive.derive(shared), _sized(x) + _sized(y)


def _kdf_a(algorithm: HashAlgorithm, seed: bytes, label: bytes, context: bytes, length: int) -> bytes:
    """KDFa (part 1): SP 800-108 in counter mode, counter and length of 32 bits."""
    before = CounterLocation.BeforeFixed
    return KBKDFHMAC(algorithm, Mode.CounterMode, length, 4, 4, before, label, context, None).derive(seed)


def _point(key: ec.EllipticCurvePublicKey) -> tuple[bytes, bytes]:
    numbers, length = key.public_numbers(), (key.curve.key_size + 7) // 8
    return numbers.x.to_bytes(length, "big"), numbers.y.to_bytes(length, "big")


def _sized(raw: bytes) -> bytes:
    return len(raw).to_bytes(2, "big") + raw
