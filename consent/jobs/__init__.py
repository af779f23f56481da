"""Background work of consent: mails, expiry, loading."""
