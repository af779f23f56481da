"""Forms of consent and the portal."""
