"""What a company knows and keeps no copy of: rows of a table by their digests, documents by their fingerprints."""
