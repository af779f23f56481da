"""Suggestions for values that a customer lacks: one rule a file, each a pure function of what records say.

What is inferred stays within what an address, a number, a domain name or a company's name says of itself. Gender,
origin, religion, age or language are never guessed from a name: such a guess is wrong for many, it is about what the
law protects most, and nobody who is sorted by it could ever find out why.
"""
