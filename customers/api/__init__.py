"""The customers app's part of the API: records in, customers out."""
