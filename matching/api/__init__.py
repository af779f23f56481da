"""Matching's part of the API: who might be the same, who was made one, who somebody is."""
