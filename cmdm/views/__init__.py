"""The kit's own pages."""
