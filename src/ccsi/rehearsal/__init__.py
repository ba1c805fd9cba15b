"""Real images of old classes, kept by methods that are not data-free."""
