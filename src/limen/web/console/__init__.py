"""For administrators: what was decided and why, who may do what, and what to do next."""
