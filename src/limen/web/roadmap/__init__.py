"""The roadmap in the console: the picture of all four phases, each control with its rows, and what is excepted."""
