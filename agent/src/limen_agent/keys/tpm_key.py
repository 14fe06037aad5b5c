"""A key that never leaves a TPM 2.0. It signs reports; a second one, which may sign nothing but statements of the TPM
itself, certifies it; and the TPM's endorsement key, which its maker certified, vouches for that one.

A TPM keeps few objects loaded, so each is loaded for what it does and flushed; the blobs on disk are sealed by the TPM.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from limen_agent.errors import AgentError
from limen_agent.keys.device_key import Storage, base64url, from_base64url, raw_signature
from limen_agent.state.folder import StateFolder

NAME: Final = "key.tpm.json"
_DEVICE: Final = "/dev/tpmrm0"
_TEMPLATES: Final = ("EK-HIGH-ECC384", "EK-HIGH-ECC256", "EK-ECC384", "EK-ECC256", "EK-HIGH-RSA2048", "EK-RSA2048")
"""Where makers put the certificate of an endorsement key (TCG EK Credential Profile 2.5), and which key it is of."""
_PARTS: Final = ("key_private", "key_public", "ak_private", "ak_public")


class TpmKey:
    """A key of this machine's TPM, by its blobs."""

    storage: Storage = "tpm"

    def __init__(self, blobs: dict[str, bytes], public: EllipticCurvePublicKey) -> None:
        self._blobs = blobs
        self._public = public

    @classmethod
    def create(cls, folder: StateFolder) -> TpmKey:
        """A new key, and the one that certifies it. Raises AgentError where there is no TPM that can be used."""
        with _session() as (tss, tpm):
            owned = (
                tss.TPMA_OBJECT.SIGN_ENCRYPT
                | tss.TPMA_OBJECT.FIXEDTPM
                | tss.TPMA_OBJECT.FIXEDPARENT
                | tss.TPMA_OBJECT.SENSITIVEDATAORIGIN
                | tss.TPMA_OBJECT.USERWITHAUTH
            )
            key = tss.TPM2B_PUBLIC.parse(alg="ecc256:ecdsa-sha256:null", objectAttributes=owned)
            restricted = owned | tss.TPMA_OBJECT.RESTRICTED
            ak = tss.TPM2B_PUBLIC.parse(alg="ecc256:ecdsa-sha256:null", objectAttributes=restricted)
            blobs: dict[str, bytes] = {}
            with _parent(tpm) as parent:
                for name, template in (("key", key), ("ak", ak)):
                    private, public, *_ = tpm.create(parent, None, template)
                    blobs[f"{name}_private"], blobs[f"{name}_public"] = private.marshal(), public.marshal()
        folder.write_json(NAME, {name: base64url(blobs[name]) for name in _PARTS})
        return cls(blobs, _public_of(tss, blobs["key_public"]))

    @classmethod
    def load(cls, folder: StateFolder) -> TpmKey:
        """Raises AgentError where the file is damaged, or the library for TPMs is gone."""
        found = folder.read_json(NAME)
        try:
            blobs = {name: from_base64url(found[name]) for name in _PARTS}
            return cls(blobs, _public_of(_library(), blobs["key_public"]))
        except (KeyError, ValueError, TypeError, AttributeError):
            raise folder.damaged(NAME) from None

    @property
    def public(self) -> EllipticCurvePublicKey:
        return self._public

    def sign(self, message: bytes) -> bytes:
        with _session() as (tss, tpm), self._loaded(tss, tpm, "key") as key:
            ticket = tss.TPMT_TK_HASHCHECK(tag=tss.TPM2_ST.HASHCHECK, hierarchy=tss.TPM2_RH.OWNER, digest=b"")
            scheme = tss.TPMT_SIG_SCHEME(scheme=tss.TPM2_ALG.NULL)
            made = tpm.sign(key, tss.TPM2B_DIGEST(sha256(message).digest()), scheme, ticket)
            # `made` owns the memory of its parts, so it is kept until they are copied.
            r, s = (bytes(one) for one in (made.signature.ecdsa.signatureR, made.signature.ecdsa.signatureS))
        return raw_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))

    def attestation(self) -> dict[str, str]:
        """What proves where the key is: the endorsement key, and the certifying key's statement of this one."""
        with _session() as (tss, tpm):
            with _endorsement(tss, tpm) as (_, public, certificate):
                ek = public.marshal()
            with self._loaded(tss, tpm, "key") as key, self._loaded(tss, tpm, "ak") as ak:
                scheme = tss.TPMT_SIG_SCHEME(scheme=tss.TPM2_ALG.NULL)
                info, signature = tpm.certify(key, ak, qualifying_data=tss.TPM2B_DATA(b""), in_scheme=scheme)
                said = {
                    "ek_certificate": certificate,
                    "ek_public": ek,
                    "ak_public": self._blobs["ak_public"],
                    "key_public": self._blobs["key_public"],
                    "certify_info": info.marshal(),
                    "certify_signature": signature.marshal(),
                }
        return {name: base64url(value) for name, value in said.items()}

    def activate(self, credential: str, secret: str) -> str:
        """Open what only this TPM can, with this certifying key in it (TPM 2.0 part 3, TPM2_ActivateCredential)."""
        with _session() as (tss, tpm):
            try:
                blob, _ = tss.TPM2B_ID_OBJECT.unmarshal(from_base64url(credential))
                sealed, _ = tss.TPM2B_ENCRYPTED_SECRET.unmarshal(from_base64url(secret))
            except (ValueError, tss.TSS2_Exception):
                raise AgentError("what Limen sent for the TPM was not understood", "enrol again") from None
            with (
                self._loaded(tss, tpm, "ak") as ak,
                _endorsement(tss, tpm) as (ek, public, _),
                _may_use(tss, tpm, public) as policy,
            ):
                opened = tpm.activate_credential(ak, ek, blob, sealed, session2=policy)
        return base64url(bytes(opened))

    @contextmanager
    def _loaded(self, tss: Any, tpm: Any, name: str) -> Iterator[Any]:
        private, _ = tss.TPM2B_PRIVATE.unmarshal(self._blobs[f"{name}_private"])
        public, _ = tss.TPM2B_PUBLIC.unmarshal(self._blobs[f"{name}_public"])
        with _parent(tpm) as parent:
            loaded = tpm.load(parent, private, public)
        try:
            yield loaded
        finally:
            tpm.flush_context(loaded)


def _library() -> Any:
    try:
        import tpm2_pytss  # noqa: PLC0415 -- an extra
    except (ImportError, OSError, RuntimeError):
        raise AgentError("the library for TPMs is not installed", "install limen-agent[tpm]") from None
    return tpm2_pytss


@contextmanager
def _session() -> Iterator[tuple[Any, Any]]:
    """The library, and a connection to the TPM that $LIMEN_AGENT_TCTI names, or this one's. Raises AgentError."""
    tss = _library()
    named = os.environ.get("LIMEN_AGENT_TCTI", "")
    if not named and not Path(_DEVICE).exists():
        raise AgentError("this machine has no TPM 2.0 that Linux knows", "enrol with --key file")
    try:
        tpm = tss.ESAPI(named or f"device:{_DEVICE}")
    except (tss.TSS2_Exception, RuntimeError):
        raise AgentError("the TPM can't be reached", "run this as root, or as a user of the group tss") from None
    try:
        yield tss, tpm
    except tss.TSS2_Exception as error:
        raise AgentError(f"the TPM refused: {error}", "if the TPM was cleared or changed, enrol anew") from None
    finally:
        tpm.close()


@contextmanager
def _parent(tpm: Any) -> Iterator[Any]:
    """The primary key of the owner, the same each time it is made: what is created under it is loaded under it."""
    parent, *_ = tpm.create_primary(None, "ecc")
    try:
        yield parent
    finally:
        tpm.flush_context(parent)


@contextmanager
def _endorsement(tss: Any, tpm: Any) -> Iterator[tuple[Any, Any, bytes]]:
    """The endorsement key, its public part, and its maker's certificate; b"" where the TPM came without one."""
    from tpm2_pytss.utils import NVReadEK, create_ek_template  # noqa: PLC0415 -- an extra

    certificate, template = None, None
    for name in _TEMPLATES:
        try:
            certificate, template = create_ek_template(name, NVReadEK(tpm))
        except Exception:  # noqa: BLE001, S112 -- an index that is not there: the next may be
            continue
        if certificate is not None:
            break
    if certificate is None:
        _, template = create_ek_template("EK-ECC256", lambda _index: _nothing(tss))
    handle, public, *_ = tpm.create_primary(None, template, tss.ESYS_TR.ENDORSEMENT)
    try:
        yield handle, public, bytes(certificate) if certificate is not None else b""
    finally:
        tpm.flush_context(handle)


def _nothing(tss: Any) -> bytes:
    from tpm2_pytss.utils import NoSuchIndex  # noqa: PLC0415 -- an extra

    del tss
    raise NoSuchIndex(0)


@contextmanager
def _may_use(tss: Any, tpm: Any, public: Any) -> Iterator[Any]:
    """What the endorsement key asks of whoever uses it: nothing, or a policy of the endorsement hierarchy's secret."""
    if public.publicArea.objectAttributes & tss.TPMA_OBJECT.USERWITHAUTH:
        yield tss.ESYS_TR.PASSWORD
        return
    session = tpm.start_auth_session(
        tpm_key=tss.ESYS_TR.NONE,
        bind=tss.ESYS_TR.NONE,
        session_type=tss.TPM2_SE.POLICY,
        symmetric=tss.TPMT_SYM_DEF(algorithm=tss.TPM2_ALG.NULL),
        auth_hash=tss.TPM2_ALG.SHA256,
    )
    try:
        tpm.policy_secret(tss.ESYS_TR.ENDORSEMENT, session, b"", b"", b"", 0)
        yield session
    finally:
        tpm.flush_context(session)


def _public_of(tss: Any, marshalled: bytes) -> EllipticCurvePublicKey:
    public, _ = tss.TPM2B_PUBLIC.unmarshal(marshalled)
    key = load_pem_public_key(public.to_pem())
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("not a P-256 key")  # noqa: TRY004 -- the blob is wrong, not the call
    return key
