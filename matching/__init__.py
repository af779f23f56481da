"""Who is who: keys, scores, links, candidates and the ledger."""
