"""What firewalls say, read as rules. What was not understood is named with its place and never passed over."""
