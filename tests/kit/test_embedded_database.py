"""The embedded server: whoever comes first starts it, whoever leaves last stops it, and a kill does no harm."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest

from cmdm.database import embedded, postmaster, programs, url
from tests.support import server

USER = """
import sys, time
from pathlib import Path
from cmdm.database import embedded
print(embedded.keep(Path(sys.argv[1]), durable=False).url_app, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folder(tmp_path):
    """One in which nothing was made yet."""
    yield tmp_path / "hub"
    embedded.remove(tmp_path / "hub")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One whose server was made: making it takes most of the time."""
    folder = tmp_path_factory.mktemp("made") / "hub"
    embedded.start(folder, durable=False)
    yield folder
    embedded.remove(folder)


@pytest.fixture
def running(made):
    return embedded.start(made, durable=False)


@pytest.fixture
def stopped(made):
    embedded.stop(made)
    return made


@contextlib.contextmanager
def user_of(folder: Path):
    """A process that keeps the server until it is told to leave."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        cwd=server.PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def leave(process):
    process.communicate("\n", timeout=60)


def kill_everything(folder: Path) -> None:
    postmaster = psutil.Process(embedded.status(folder).pid)
    gone = [postmaster, *postmaster.children(recursive=True)]
    for process in gone:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    limit = time.monotonic() + 20
    while embedded.status(folder).running and time.monotonic() < limit:
        time.sleep(0.05)


def rows_of(running: embedded.Server) -> int:
    with psycopg.connect(running.url_app) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def keep_rows(running: embedded.Server, number: int) -> None:
    with psycopg.connect(running.url_owner) as owner:
        owner.execute("DROP TABLE IF EXISTS kept")
        owner.execute("CREATE TABLE kept (number int)")
    with psycopg.connect(running.url_app) as connection:
        connection.execute("INSERT INTO kept SELECT generate_series(1, %s)", [number])


def test_the_application_may_use_what_the_owner_makes_and_make_nothing(running):
    keep_rows(running, 3)
    with psycopg.connect(running.url_app) as connection:
        connection.execute("UPDATE kept SET number = 7 WHERE number = 1")
        connection.execute("DELETE FROM kept WHERE number = 2")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (number int)")


def test_neither_role_is_a_superuser(running):
    for role in (running.url_owner, running.url_app):
        with psycopg.connect(role) as connection:
            asked = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
            assert connection.execute(asked).fetchone() == (False,)


def test_letters_beyond_ascii_are_letters(running):
    with psycopg.connect(running.url_owner) as owner:
        owner.execute("CREATE EXTENSION pg_trgm")
        seen = owner.execute(
            "SELECT lower('ÉRIC'), similarity('Иван', 'Иван'), similarity('王小明', '王小明')"
        ).fetchone()
    assert seen == ("éric", 1.0, 1.0)


def test_the_passwords_are_for_their_owner_only(made):
    assert stat.S_IMODE((made / "secrets.json").stat().st_mode) == 0o600


def test_the_log_holds_no_values(running):
    with psycopg.connect(running.url_owner) as owner:
        owner.execute("CREATE TABLE people (name text UNIQUE)")
        owner.execute("INSERT INTO people VALUES ('Zwiebelfisch')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO people VALUES ('Zwiebelfisch')")
    log = embedded.status(running.folder).log.read_text()
    assert "people_name_key" in log
    assert "Zwiebelfisch" not in log


def test_what_was_committed_survives_a_kill_of_everything(stopped):
    keep_rows(embedded.start(stopped, durable=True), 500)
    kill_everything(stopped)
    assert rows_of(embedded.start(stopped, durable=True)) == 500


def test_a_pid_file_whose_number_another_program_has_is_not_a_server(stopped):
    keep_rows(embedded.start(stopped, durable=True), 5)
    kill_everything(stopped)
    left = programs.home(stopped).data / "postmaster.pid"
    left.write_text("\n".join([str(os.getpid()), *left.read_text().splitlines()[1:]]) + "\n")
    assert not embedded.status(stopped).running
    assert rows_of(embedded.start(stopped, durable=True)) == 5


def test_an_interrupted_making_is_begun_again(folder):
    embedded.start(folder, durable=False)
    (folder / "ready").unlink()
    keep_rows(embedded.start(folder, durable=False), 1)


def test_two_at_once_get_one_server_and_the_last_one_out_stops_it(folder):
    with user_of(folder) as one, user_of(folder) as other:
        assert one.stdout.readline() == other.stdout.readline() != ""
        leave(one)
        assert embedded.status(folder).running
        leave(other)
        assert not embedded.status(folder).running


def test_a_killed_user_does_not_count(stopped):
    with user_of(stopped) as killed, user_of(stopped) as other:
        killed.stdout.readline()
        other.stdout.readline()
        killed.kill()
        killed.wait()
        leave(other)
    assert not embedded.status(stopped).running


def test_a_forked_child_keeps_the_server_after_its_parent(stopped):
    script = USER.replace("sys.stdin.readline()", "import os\nif os.fork() == 0: sys.stdin.readline()")
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(stopped)], cwd=server.PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdout.readline()
    process.wait(timeout=60)
    assert embedded.status(stopped).running
    process.communicate(b"\n", timeout=60)
    limit = time.monotonic() + 20
    while embedded.status(stopped).running and time.monotonic() < limit:
        time.sleep(0.1)
    assert not embedded.status(stopped).running


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_root_puts_the_server_where_nobody_gets_to(folder):
    folder.parent.chmod(0o700)
    embedded.start(folder, durable=False)
    outside = programs.outside_of(folder)
    assert (folder / "location").read_text().strip() == str(outside)
    assert (outside / "server").exists()
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    embedded.remove(folder)
    assert not outside.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_who_starts_at_the_same_time_reads_the_whole_of_where_the_server_lies(folder, tmp_path):
    folder.parent.chmod(0o700)
    folder.mkdir()
    note, gone = folder / "location", tmp_path / "moved away"
    note.write_text(f"{gone}\n")
    with note.open() as reading:
        programs.home(folder)
        assert reading.read().strip() == str(gone), "what was opened before stays as it was"
    assert note.read_text().strip() == str(programs.outside_of(folder))
    written = note.stat().st_mtime_ns
    programs.home(folder)
    assert note.stat().st_mtime_ns == written
    assert [one.name for one in folder.iterdir()] == ["location"]
    programs.outside_of(folder).rmdir()


def test_a_named_database_wins(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://app@db.example/hub")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    assert url.database_urls.__wrapped__() == ("postgres://app@db.example/hub", "postgres://app@db.example/hub")


def test_missing_programs_are_a_sentence(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("CMDM_PG_BIN", str(tmp_path))
    with pytest.raises(embedded.Unavailable, match=r"holds no initdb; name PostgreSQL's bin folder"):
        embedded.start(folder)
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("limit", "buffers"), [("8589934592\n", "2048MB"), ("6442450944\n", "1536MB"), ("1073741824\n", None)]
)
def test_the_server_is_as_wide_as_its_container(made, tmp_path, limit, buffers):
    home = programs.home(made)
    free = postmaster.settings(home, durable=True, limits=[])
    if psutil.virtual_memory().total < 8 * 2**30 or "max_wal_size" not in free:
        pytest.skip("The machine is too small.")
    file = tmp_path / "memory.max"
    file.write_text(limit)
    assert postmaster.settings(home, durable=True, limits=[tmp_path / "none", file]).get("shared_buffers") == buffers
    file.write_text("max\n")
    assert postmaster.settings(home, durable=True, limits=[file]) == free
    assert 4096 <= int(free["max_wal_size"].removesuffix("MB")) <= 16384


class TestWhatLayInMemory:
    def test_it_is_noted_when_the_server_ends_and_read_when_it_starts(self, folder, monkeypatch):
        embedded.start(folder)
        home = programs.home(folder)
        if postmaster.settings(home, durable=True).get("shared_preload_libraries") != "pg_prewarm":
            pytest.skip("The machine is too small.")
        embedded.stop(folder)
        assert (home.data / "autoprewarm.blocks").stat().st_size
        embedded.start(folder)
        limit = time.monotonic() + 30
        while "successfully prewarmed" not in home.log.read_text() and time.monotonic() < limit:
            time.sleep(0.1)
        assert "successfully prewarmed" in home.log.read_text()

    def test_a_throwaway_server_has_nothing_to_remember(self, made):
        assert "shared_preload_libraries" not in postmaster.settings(programs.home(made), durable=False)

    def test_a_server_without_the_library_starts_without_it(self, made, tmp_path):
        home = replace(programs.home(made), programs=programs.Programs(tmp_path / "bin"))
        assert "shared_preload_libraries" not in postmaster.settings(home, durable=True)
