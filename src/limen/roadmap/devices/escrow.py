"""What sources say of a device's recovery key, and whether anybody sees its disk unencrypted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from limen.devices.model import Check
from limen.devices.observed import DiskEncryption
from limen.devices.sources.section import VOUCHING
from limen.roadmap.devices.evidence import DeviceEvidence
from limen.roadmap.devices.seen import WorkDevice


def words_on_key(evidence: DeviceEvidence, device: WorkDevice) -> Mapping[str, bool]:
    """Whether each source that says a word on it holds the key, by its name. Only sources count whose good word may,
    and only where it is sure which device they mean.
    """
    rules = evidence.rules
    found: dict[str, bool] = {}
    for name, told, is_sure in _sources(device):
        source = None if rules is None else rules.sources.get(name)
        if source is None or source.kind not in VOUCHING or told.key_escrowed is None:
            continue
        found[name] = found.get(name, False) or (told.key_escrowed and is_sure)
    return found


def is_seen_unencrypted(device: WorkDevice) -> bool:
    """Whether its agent or any source says that a volume of it is not encrypted."""
    own = () if device.held is None else _disks(device.held.posture.checks)
    told = [*own, *(one for _, one, _ in _sources(device))]
    return any(not one.encrypted or any(not volume.encrypted for volume in one.volumes) for one in told)


def _sources(device: WorkDevice) -> Iterator[tuple[str, DiskEncryption, bool]]:
    """Each word on its disk: whose, what, and whether it is sure to be about this device."""
    for said in () if device.held is None else device.held.posture.said:
        yield from ((said.source, one, said.vouches) for one in _disks(said.checks))
    for kept in device.records:
        yield from ((kept.source, one, True) for one in _disks(kept.record.checks))


def _disks(checks: Mapping[str, Check]) -> Iterator[DiskEncryption]:
    found = checks.get("disk_encryption")
    if found is not None and isinstance(found.observed, DiskEncryption):
        yield found.observed
