"""What every program does that follows Limen at a machine: asking, keeping what it was told, knowing Limen's time.

It runs there without Limen: Python 3.9 or newer, the standard library, and nothing else. `limen.following.one_file`
puts a program together with what it imports of this.
"""
