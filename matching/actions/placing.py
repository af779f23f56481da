"""Placing (being written)."""
def reserve(*a, **k): raise NotImplementedError
def place(*a, **k): raise NotImplementedError
def forget_keys(*a, **k): raise NotImplementedError
