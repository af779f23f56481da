"""The kit that the hub is built with."""

import os

# For large arrays numpy asks for huge pages, before it is imported: where memory lies in pieces, finding one takes
# longer than what is made in it.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
