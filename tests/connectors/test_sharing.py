"""What drives of every vendor tell of sharing."""

from __future__ import annotations

from limen.connectors.google.sharing import GoogleSharing
from limen.connectors.microsoft.sharing import MicrosoftSharing
from limen.connectors.sharing import SharingDrive


def test_both_vendors_answer_the_same_questions() -> None:
    asked = {name for name in vars(SharingDrive) if not name.startswith("_")}
    for vendors in (MicrosoftSharing, GoogleSharing):
        assert asked <= set(vars(vendors))
