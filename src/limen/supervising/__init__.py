"""Several workers on one machine: a parent opens the ports, starts them, and starts again whichever ends.

The parent decides nothing and knows no fact; each worker is a whole Limen.
"""
