"""What money can bring: every service at a price of money by itself, and all of them joined by their funds."""
