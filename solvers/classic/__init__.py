"""Classic location problems: covering, median, center, warehouse, dispersion."""
