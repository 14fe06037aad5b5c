"""One account that several people use, each on their own machine, at the same time."""
