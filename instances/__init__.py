"""A room of siting; see docs/architecture.md."""
