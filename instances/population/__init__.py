"""Settlements and people: places, tables, rasters, buildings, projection, waste."""
