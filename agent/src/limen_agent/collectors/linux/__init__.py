"""Linux, tier 1: each of these is run on real systems by the tests."""

from typing import Final

from limen_agent.collectors.collector import Collectors
from limen_agent.collectors.linux.administrators import administrators
from limen_agent.collectors.linux.anti_malware import anti_malware
from limen_agent.collectors.linux.auto_updates import auto_updates
from limen_agent.collectors.linux.disk_encryption import disk_encryption
from limen_agent.collectors.linux.edr import edr
from limen_agent.collectors.linux.firewall import firewall
from limen_agent.collectors.linux.operating_system import operating_system
from limen_agent.collectors.linux.screen_lock import screen_lock
from limen_agent.collectors.linux.secure_boot import secure_boot
from limen_agent.collectors.linux.threats import threats
from limen_agent.collectors.linux.updates import updates

COLLECTORS: Final[Collectors] = {
    "os": operating_system,
    "updates": updates,
    "auto_updates": auto_updates,
    "disk_encryption": disk_encryption,
    "screen_lock": screen_lock,
    "firewall": firewall,
    "anti_malware": anti_malware,
    "edr": edr,
    "secure_boot": secure_boot,
    "administrators": administrators,
    "threats": threats,
}
