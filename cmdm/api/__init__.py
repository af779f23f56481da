"""What every API endpoint stands on: tokens, strict parsing, problem documents, keyset pages, idempotency."""
