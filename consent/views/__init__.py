"""Pages of consent: those of stewards and privacy officers here, the customers own in `portal`."""
