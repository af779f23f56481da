"""Questions of pages and payloads about consent."""
