"""limen-openvpn, the program beside an OpenVPN server that follows Limen. It runs there without Limen, as one file.

`main.py` is where it begins; `limen.following.one_file` puts it together.
"""
