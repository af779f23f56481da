"""Consents, purposes and notices over the API."""
