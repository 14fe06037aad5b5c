"""What is proven of policies before anything is decided by them, on the one order of facts (`order`).

`monotone.prove`: no worse or unknown fact widens access. `lockout.prove`: somebody can still reach the console.
"""
