"""Networks, shortest paths, bus lines and the travel times of every service."""
