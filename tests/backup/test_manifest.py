from __future__ import annotations

import msgspec
import pytest
from tests.backup.test_archive import manifest_of

from limen.backup.errors import BackupUnfitError
from limen.backup.manifest import Manifest, is_genuine, read_manifest, signed

KEY = b"k" * 32


def test_it_is_read_as_it_was_signed_and_every_field_counts() -> None:
    made = signed(manifest_of(b"abc"), KEY)
    assert read_manifest(msgspec.json.encode(made)) == made
    assert is_genuine(made, (b"other", KEY))
    assert not is_genuine(made, (b"other",))
    for changed in ({"epoch": 1}, {"revision": "x"}, {"schema": "0002"}, {"at": 2}, {"counts": {"people": 1}}):
        assert not is_genuine(msgspec.structs.replace(made, **changed), (KEY,))


@pytest.mark.parametrize("change", [{"files": ()}, {"schema": "one"}, {"format": 2}])
def test_what_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    made: Manifest = msgspec.structs.replace(manifest_of(b"abc"), **change)
    with pytest.raises(BackupUnfitError):
        read_manifest(msgspec.json.encode(made))
