"""Phase 1: everybody is known, proves who they are, and comes in by one door."""
