"""The one place that knows whether numba is there.

A kernel is compiled on first use and kept on disk. numba notices a change of the file that a kernel stands in, not of
the files whose kernels it calls; so the folder of the compiled kernels is named for the content of all of them.

numba itself is imported when the first kernel is called: that and reading the kernels takes longer than what a command
compares of a few thousand records.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import update_wrapper
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any, Final, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

AVAILABLE: Final = find_spec("numba") is not None  # it comes with the extra "fast"
PLAIN: Final = 300_000  # values that a process goes through without kernels before it has them read from disk


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


class Kernel:
    """A function over arrays, compiled when it is first called, or when a kernel that calls it is compiled."""

    def __init__(self, function: Callable[..., Any], options: dict[str, bool]) -> None:
        self.function, self.options = function, options
        self._made: Any = None
        update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:
        return (self._made or self.made())(*arguments)

    def made(self) -> Any:
        """What numba makes of it."""
        with _ONE_AT_A_TIME:
            if self._made is None:
                numba = import_module("numba")
                numba.config.CACHE_DIR = numba.config.CACHE_DIR or _FOLDER
                how = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False, **self.options}
                self._made = numba.njit(**how)(self.function)
            return self._made

    @property
    def _numba_type_(self) -> Any:
        """What numba asks of whatever a kernel calls: the type of the compiled one."""
        return self.made()._numba_type_


def kernel(function: F) -> F:
    """Compile a function over arrays; it runs without Python's lock, and makes no arrays: none are counted."""
    return _later(function)


def inlined(function: F) -> F:
    """The same for a step of a kernel: it becomes part of it, for handing many arrays over costs more than the step."""
    return _later(function, forceinline=True)


def _later(function: F, **options: bool) -> F:
    return cast(F, Kernel(function, options)) if AVAILABLE else function


def pays(values: int) -> bool:
    """Whether to let a kernel go through so many values: not before others were gone through without in this process.

    The first few are done sooner than numba is imported; what is found is the same.
    """
    if _gone_through.values < PLAIN:
        _gone_through.values += values
    return AVAILABLE and _gone_through.values >= PLAIN


_gone_through: Final = SimpleNamespace(values=0)
_ONE_AT_A_TIME: Final = Lock()
_FOLDER: Final = _folder() if AVAILABLE else ""
