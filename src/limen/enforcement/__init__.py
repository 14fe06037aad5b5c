"""Where a decision bites: gateway, check server, hand-over. Every door is a thin file on `doors.py`, the one way in."""
