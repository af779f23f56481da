"""What of customers can be filled in, for whom, and why."""
