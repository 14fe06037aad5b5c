"""An export as a browser sends it: one file, or several in a ZIP file, unpacked within bounds.

Names in it are never used as paths, and what a header says of a length is not believed.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Final

from limen.errors import LimenError
from limen.importing.export import MOST_FILES
from limen.printable import visible

MOST_UPLOADED: Final = 8_000_000
"""Bytes of what is sent."""
MOST_UNPACKED: Final = 16_000_000
"""Bytes of all files in it. What is larger is imported on the server, where no one waits for pages meanwhile."""
_ENTRY: Final = b"PK\x01\x02"
_ZIP: Final = b"PK\x03\x04"
_PACKED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""What is unpacked piece by piece. Of bzip2 and LZMA `zipfile` unpacks 4 KB at once, which may become gigabytes."""
_PIECE: Final = 1 << 16
_ENCRYPTED: Final = 0x1
_ON_THE_SERVER: Final = "import it on the server with `limen import`"


def files_in(name: str, content: bytes) -> dict[str, bytes]:
    """The files by their names. Raises LimenError where they are none, too many, too large or packed oddly."""
    if len(content) > MOST_UPLOADED:
        raise LimenError(f"the file is larger than {MOST_UPLOADED // 1_000_000} MB", _ON_THE_SERVER)
    if not content:
        raise LimenError("there is no file, or nothing in it", "choose the file of the export")
    if not content.startswith(_ZIP):
        return {PurePosixPath(name.replace("\\", "/")).name or "export.json": content}
    if content.count(_ENTRY) > 2 * MOST_FILES:
        raise LimenError(f"there are more than {MOST_FILES} files", "pack only the files of the export")
    try:
        return _unpacked(content)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError, RuntimeError):
        raise LimenError("the ZIP file can't be read", "pack the files of the export again") from None


def _unpacked(content: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            if member.flag_bits & _ENCRYPTED:
                raise LimenError("the ZIP file is encrypted", "pack the files without a password")
            if member.compress_type not in _PACKED:
                raise LimenError("the ZIP file is compressed in an unusual way", "pack the files again, with Deflate")
            name = _name(member.filename, found)
            pieces = []
            with archive.open(member) as packed:
                while piece := packed.read(_PIECE):
                    left -= len(piece)
                    if left < 0:
                        much = f"the files are larger than {MOST_UNPACKED // 1_000_000} MB when unpacked"
                        raise LimenError(much, _ON_THE_SERVER)
                    pieces.append(piece)
            found[name] = b"".join(pieces)
            if len(found) > MOST_FILES:
                raise LimenError(f"there are more than {MOST_FILES} files", "pack only the files of the export")
    return {name: data for name, data in found.items() if not _is_beside(name)}


def _name(path: str, taken: dict[str, bytes]) -> str:
    """What the report calls it: its own name, and of two that share it the second with its folder."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    name = parts[-1] if parts else "export"
    name = f"{parts[-2]}/{name}" if name in taken and len(parts) > 1 else name
    if name in taken:
        raise LimenError(f"{visible(name)[:80]} is there twice", "pack each file once")
    return name


def _is_beside(name: str) -> bool:
    """What systems put into ZIP files by themselves."""
    return PurePosixPath(name).name.startswith("._") or PurePosixPath(name).name == ".DS_Store"
