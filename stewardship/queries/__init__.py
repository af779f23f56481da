"""What the pages of the queue and the card ask."""
