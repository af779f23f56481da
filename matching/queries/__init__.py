"""What pages, payloads and actions ask of matching."""
