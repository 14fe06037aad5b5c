"""Probes: Limen tries itself, through the real paths, with a person, a device or a connection that is nobody's."""
