"""Pages about data: what was found, what may pass, where it lies."""
