"""What those who keep Limen running look at: is it alive, does it decide, how much it does, how much room is left."""
