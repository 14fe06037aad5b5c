"""With what people come: enrolling devices, what they report, what that is worth, and the tie to a session."""
