from __future__ import annotations

from limen.importing.readers import READERS


def test_each_system_is_called_by_its_word() -> None:
    assert {"authelia", "keycloak"} <= set(READERS)
    assert all(name == reader.name and reader.title and reader.files for name, reader in READERS.items())
