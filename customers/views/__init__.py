"""The pages of customers, sources and imports."""
