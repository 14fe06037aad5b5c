"""Lines and datagrams of each kind of source, read as connections. Whatever they hold was written by somebody else."""
