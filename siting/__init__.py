"""siting: where to put a county's public services, with a proof that no better plan fits the budget."""

__version__ = "0.1.0"
