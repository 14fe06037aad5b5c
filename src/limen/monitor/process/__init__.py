"""The process that watches: it takes what is sent, keeps it, and looks for what is wrong in it."""
