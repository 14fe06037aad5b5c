"""Where an address is: country, city, who runs its network, and whether it hides somebody. From files, never asked."""
