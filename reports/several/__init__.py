"""Reports on several plans side by side."""
