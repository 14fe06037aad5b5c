"""The roadmap: what zero trust demands in four phases, how far it is proven, and what to do next."""
