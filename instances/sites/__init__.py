"""Facilities, candidate sites, what keeps them out, and candidate bus lines."""
