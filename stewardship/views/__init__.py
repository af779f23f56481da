"""The pages of the queue and the card."""
