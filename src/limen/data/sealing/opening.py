"""Opening a sealed file once its key is at hand: only as it was sealed, whole, and as its manifest says."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from limen.data.sealing import files, folders, header, manifest
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.errors import SealedError, broken
from limen.data.sealing.header import Stanza
from limen.data.sealing.manifest import Manifest
from limen.data.sealing.payload import Told
from limen.data.sealing.wire import Asked, Opened, OpenedFile

if TYPE_CHECKING:
    from limen.data.sealing.payload import Target


def opened_name(path: Path) -> str:
    """What is opened is called. Raises SealedError for what does not end as sealed files do."""
    name = path.name.removesuffix(files.ENDING)
    if name == path.name or not name.removesuffix(folders.ENDING):
        raise SealedError(f"{path.name} does not end in {files.ENDING}", "give it the name that it was sealed under")
    return name.removesuffix(folders.ENDING) if is_folder(path) else name


def is_folder(path: Path) -> bool:
    """Whether a folder is in it, as its manifest says, which is not verified yet; without one, as its name says."""
    with suppress(SealedError):
        return manifest.read(path).manifest.folder
    return path.name.endswith(folders.ENDING + files.ENDING)


def asked_of(path: Path) -> Asked:
    """What Limen is asked for this file: by the key that its manifest names. Raises SealedError, OSError."""
    stanzas = files.read_header(path).stanzas
    if not stanzas:
        raise SealedError(f"{path.name} was not sealed by Limen", "open it with the program that sealed it")
    return Asked(manifest.read(path).manifest.key, stanzas[0])


def answered(path: Path, opened: Opened, file: OpenedFile, identity: Identity) -> tuple[bytes, Manifest]:
    """The file's key from what Limen said, and its manifest, which says the same of the file as Limen does.

    Raises SealedError where they differ, or the manifest is not one of this company's.
    """
    found = header.unwrap([Stanza.of(_hex(file.stanza))], [identity])
    if found is None:
        raise SealedError("what came back is not what was asked for", "run limen open again")
    said = manifest.verify(manifest.read(path), _keys(opened.verifying), path.name)
    if (said.label, said.period) != (file.label, file.period):
        raise broken(path.name, f"it says that it is {said.label}, and it is sealed as {file.label}")
    return found[0], said


def by_identity(path: Path, identities: Sequence[Identity], verifying: Sequence[str]) -> tuple[bytes, Manifest | None]:
    """The file's key by a recovery key. Without `verifying` the manifest is not looked at. Raises SealedError."""
    said = manifest.verify(manifest.read(path), _keys(verifying), path.name) if verifying else None
    return files.file_key_of(path, identities)[0], said


def open_to(path: Path, target: Path, key: bytes, said: Manifest | None, told: Told | None = None) -> None:
    """Write what is in it to the new file or folder `target`, which is there only if all of it was right.

    Raises SealedError, OSError.
    """
    if said is not None:
        manifest.check_key(said, key, path.name)
    if said.folder if said is not None else is_folder(path):
        with folders.unpacked(target, path.name) as pipe:
            _open(path, pipe, key, said, told)
    else:
        with files.new_file(target) as file:
            _open(path, file, key, said, told)


def _open(path: Path, target: Target, key: bytes, said: Manifest | None, told: Told | None) -> None:
    digest = files.open_into(path, target, key, told)
    if said is not None and digest.hex() != said.payload_blake3:
        raise broken(path.name, "its content is not what its manifest names")


def _keys(texts: Sequence[str]) -> list[bytes]:
    return [_hex(text) for text in texts]


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise SealedError("what came back is not what was asked for", "run limen open again") from None
