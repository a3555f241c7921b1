"""A county and its travel times as a problem in whole numbers."""
