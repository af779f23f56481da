"""The one place that knows whether numba is there.

A kernel is compiled on first use and kept on disk. numba notices a change of the file that a kernel stands in, not of
the files whose kernels it calls; so the folder of the compiled kernels is named for the content of all of them.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

try:
    import numba as _numba
except ImportError:  # the extra "fast" is not installed
    _found = None
else:
    _found = _numba

numba: Any = _found

F = TypeVar("F", bound=Callable[..., Any])

AVAILABLE: Final = numba is not None


def _folder() -> str:
    here = Path(__file__).parent
    content = b"".join(path.read_bytes() for path in sorted(here.rglob("*.py")))
    name = hashlib.sha256(content).hexdigest()[:12]
    beside = here / "__pycache__"
    if os.access(here, os.W_OK):
        beside.mkdir(exist_ok=True)
    writable = beside.is_dir() and os.access(beside, os.W_OK)
    base = beside if writable else Path(tempfile.gettempdir()) / f"cmdm-kernels-{os.getuid()}"
    return str(base / f"kernels-{name}")


def kernel(function: F) -> F:
    """Compile a function over arrays; it runs without Python's lock, and makes no arrays: none are counted."""
    return _compiled(function)


def inlined(function: F) -> F:
    """The same for a step of a kernel: it becomes part of it, for handing many arrays over costs more than the step."""
    return _compiled(function, forceinline=True)


def _compiled(function: F, **options: bool) -> F:
    if numba is None:
        return function
    numba.config.CACHE_DIR = numba.config.CACHE_DIR or _FOLDER
    compiled: F = numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False, **options)(function)
    return compiled


_FOLDER: Final = _folder() if AVAILABLE else ""
