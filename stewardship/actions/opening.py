"""Opening tasks (being written)."""
def touched(*a, **k): raise NotImplementedError
