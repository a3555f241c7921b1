"""What a map shows, and how it is drawn."""
