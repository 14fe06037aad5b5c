"""One line of migrations for every pillar: `versions/NNNN_what.py`, whose revision is its number."""
