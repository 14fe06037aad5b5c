"""What people may ask of their own data: a copy, erasure, how long it is kept, and a notice that says all of it."""
