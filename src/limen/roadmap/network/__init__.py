"""Phase 3: the network is in zones, and only what has a reason crosses between them."""
