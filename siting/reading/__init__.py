"""Reading a county folder strictly, every fault at once."""
