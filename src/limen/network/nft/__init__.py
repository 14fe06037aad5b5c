"""nftables' own ruleset as a tree: written as JSON for the kernel and as text for people, and read from a listing."""
