"""limen-openvpn: what makes an OpenVPN server follow Limen.

It needs Python 3.9 or newer, and nothing else.

    limen-openvpn /etc/openvpn/limen/devices.json

OpenVPN verifies certificates by itself. Over its management interface it asks this program who may come in, and the
program asks Limen; without Limen's word nobody does. It ends sessions when Limen says so, or when their time is over.
OpenVPN was told that end as well (`session-timeout`), and holds to it whatever becomes of this program.
"""

from __future__ import annotations

import sys

from limen.enforcement.radius.limen_openvpn.follower import Follower
from limen.enforcement.radius.limen_openvpn.log import note
from limen.enforcement.radius.limen_openvpn.told import Told
from limen.following.program.kept import Wrong


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        Follower(Told.read(sys.argv[1])).serve()
    except (Wrong, OSError, ValueError, TypeError) as wrong:
        note(str(wrong))
    return 1
