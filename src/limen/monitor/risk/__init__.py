"""How much speaks against a person, a session or a device: points that fade, a score with its arithmetic, a fact."""
