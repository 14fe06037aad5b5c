"""Phase 2: every device is known and healthy, and its health decides."""
