"""The matching engine: a library of plain Python that knows no framework, database or clock.

Its seams, in the order a record meets them: `features` (values made ready once), `keys` (which
records are worth comparing), `comparing` (one level per attribute), `scoring` (levels become a
weight and a probability), `deciding` (link, candidate or new) and `clustering` (pairs become
groups). The model that steers them all is data; `defaults` ships one for persons and one for
organisations.
"""
