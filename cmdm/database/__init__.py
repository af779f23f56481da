"""The database: an embedded PostgreSQL when none is named, and what any PostgreSQL must be able to do."""
