"""Every device that was seen: the denominator of all that is said of devices."""
