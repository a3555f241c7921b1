"""A generator of mountain counties."""
