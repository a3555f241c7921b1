"""Roads from every source as one network."""
