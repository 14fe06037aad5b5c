"""What the journal and the event store have in common: chained segments on disk that become Parquet in a child process.

Each has its own way to write lines and to chain them; here is what doesn't depend on that.
"""
