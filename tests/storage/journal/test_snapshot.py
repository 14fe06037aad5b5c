from __future__ import annotations

from pathlib import Path

from limen.events import Event
from limen.storage.journal import Journal, verify
from limen.storage.journal.snapshot import files_to_copy, leave_clean, snapshot_chains

KEYS = (b"k" * 32,)


def test_a_copy_ends_with_a_whole_batch_and_holds(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal", KEYS)
    for _ in range(3):
        journal.record(Event(at=1, kind="limen.started"))
        journal.flush()
    snapshot = snapshot_chains(tmp_path / "journal")
    open_one = next(path for _, path, _ in snapshot[0].segments)
    with open_one.open("ab") as file:
        file.write(b'{"n":99,"s":"half a')  # a batch that is being written just now
    found, reach = files_to_copy(snapshot_chains(tmp_path / "journal")[0])
    for file in found:
        target = tmp_path / "copy" / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content if file.content is not None else file.path.read_bytes()[: file.size])
    assert reach.first == 1
    assert verify(tmp_path / "copy", KEYS).problems == ()
    leave_clean(tmp_path / "copy", KEYS, 5)
    again = Journal.open(tmp_path / "copy", KEYS)
    again.flush()
    assert not again.recent(9, where=lambda event: event.kind.startswith("journal."))
    again.close()
    journal.close()
