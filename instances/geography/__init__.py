"""Coordinates and areas: reference systems, shifts, boundaries, zones, water."""
