"""What is looked for, by kind, each a declaration; `every.py` has all of them by their ids."""
