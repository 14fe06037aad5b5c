"""Reports to Limen how this machine is kept. It looks and says what it saw; what that is worth, Limen decides."""

__version__ = "1.0.0"
