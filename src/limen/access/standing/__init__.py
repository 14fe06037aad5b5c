"""Who can do what is sensitive all day, without asking anybody: found by the engine, over every app."""
