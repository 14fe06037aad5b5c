"""limen-ssh-host, the program of a host that people reach by SSH. It runs there without Limen, as one file.

`main.py` is where it begins; `limen.following.one_file` puts it together.
"""
