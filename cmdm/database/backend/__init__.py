"""Django's PostgreSQL, to which a change may send statements ahead."""
