"""Background work is done once, outlives its worker, and ends with a reason."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from cmdm import clock, jobs
from cmdm.actions import Refused
from cmdm.models import Job, system_user
from tests.support import server


@pytest.fixture
def work():
    """Registers the work of `test.work`; what it is can be set by the test."""

    class Work:
        deed = staticmethod(lambda running: {"well": True})
        runs = 0

        def __call__(self, running):
            self.runs += 1
            return self.deed(running)

    made = Work()
    jobs.job("test.work")(made)
    yield made
    jobs._work.pop("test.work")


def ask(**arguments) -> Job:
    return jobs.enqueue("test.work", actor=system_user(), **arguments)


def again(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


@pytest.mark.django_db
class TestAJob:
    def test_it_is_asked_for_run_and_done(self, work):
        job = ask(load="x")
        assert (job.state, job.arguments) == ("queued", {"load": "x"})
        jobs.run(str(job.pk))
        job = again(job)
        assert (job.state, job.result, job.attempt) == ("done", {"well": True}, 1)
        assert job.started_at and job.finished_at

    def test_what_nobody_does_ends_as_failed(self):
        job = jobs.enqueue("test.nobody_does_this", actor=system_user())
        jobs.run(str(job.pk))
        assert (again(job).state, again(job).error) == ("failed", "Unexpected fault (KeyError).")

    def test_a_task_that_comes_twice_runs_once(self, work):
        job = ask()
        jobs.run(str(job.pk))
        jobs.run(str(job.pk))
        assert work.runs == 1

    def test_a_running_job_is_left_to_its_worker(self, work):
        job = ask()
        jobs._claim(str(job.pk))
        jobs.run(str(job.pk))
        assert work.runs == 0

    def test_a_refusal_ends_it_with_its_sentence(self, work):
        def refuse(running):
            raise Refused("The file is empty.")

        work.deed = refuse
        job = ask()
        jobs.run(str(job.pk))
        assert (again(job).state, again(job).error) == ("failed", "The file is empty.")

    def test_a_fault_ends_it_and_names_its_class_only(self, work):
        def fail(running):
            raise ValueError("ann@x.example")

        work.deed = fail
        job = ask()
        jobs.run(str(job.pk))
        assert again(job).state == "failed"
        assert "ValueError" in again(job).error and "ann" not in again(job).error

    def test_it_reports_how_far_it_is(self, work):
        def step(running):
            running.progress(3, 10, "reading")
            return {}

        work.deed = step
        job = ask()
        jobs.run(str(job.pk))
        assert (again(job).done, again(job).total, again(job).percent) == (3, 10, 30)

    def test_a_waiting_job_is_stopped_at_once_and_a_running_one_at_its_next_step(self, work):
        waiting = ask()
        jobs.cancel(waiting, actor=system_user())
        assert again(waiting).state == "cancelled"
        jobs.run(str(waiting.pk))
        assert work.runs == 0
        running = ask()

        def stop_me(mine):
            jobs.cancel(running, actor=system_user())
            mine.progress(1)
            raise AssertionError("it went on")

        work.deed = stop_me
        jobs.run(str(running.pk))
        assert again(running).state == "cancelled"

    def test_a_job_that_has_ended_is_not_stopped(self, work):
        job = ask()
        jobs.run(str(job.pk))
        with pytest.raises(Refused):
            jobs.cancel(job, actor=system_user())

    def test_a_worker_that_lost_its_job_writes_no_more(self, work):
        job = ask()
        first = jobs.Running(jobs._claim(str(job.pk)))
        with clock.at(clock.now() + timedelta(minutes=2)):
            second = jobs.Running(jobs._claim(str(job.pk)))
        assert second.fence > first.fence
        with pytest.raises(jobs.Fenced):
            first.progress(1)
        with pytest.raises(jobs.Fenced):
            first.hold()
        second.progress(1)
        jobs._end(job.pk, first.fence, Job.State.DONE)
        assert again(job).state == "running"

    def test_after_three_dead_workers_in_one_step_it_fails_with_the_reason(self, work):
        job = ask()
        for attempt in range(1, 4):
            with clock.at(clock.now() + timedelta(minutes=2 * attempt)):
                assert jobs._claim(str(job.pk)).attempt == attempt
        with clock.at(clock.now() + timedelta(minutes=10)):
            jobs.run(str(job.pk))
        assert work.runs == 0
        assert again(job).state == "failed"
        assert "3 times" in again(job).error

    def test_progress_in_between_gives_new_attempts(self, work):
        job = ask()
        for minute in (2, 4, 6, 8, 10):
            with clock.at(clock.now() + timedelta(minutes=minute)):
                jobs.Running(jobs._claim(str(job.pk))).progress(minute)
        assert again(job).state == "running"

    def test_a_long_one_hands_itself_on_and_goes_on(self, work, monkeypatch):
        monkeypatch.setattr(jobs, "SLICE_SECONDS", -1)
        work.deed = lambda running: running.progress(1)
        job = ask()
        jobs.run(str(job.pk))
        assert again(job).state == "queued"
        monkeypatch.undo()
        work.deed = lambda running: {"went": "on"}
        jobs.run(str(job.pk))
        assert (again(job).state, again(job).result) == ("done", {"went": "on"})

    def test_the_sweep_hands_on_what_died_and_what_was_lost(self, work):
        dead, lost, fresh = ask(), ask(), ask()
        jobs._claim(str(dead.pk))
        assert jobs.sweep() == 0
        Job.objects.filter(pk=fresh.pk).update(created_at=clock.now() + timedelta(minutes=2))
        with clock.at(clock.now() + timedelta(minutes=2)):
            assert jobs.sweep() == 2
        assert again(lost).heartbeat and not again(fresh).heartbeat


ONE_THAT_SLEEPS = """
import os, time, django
django.setup()
from cmdm import jobs
@jobs.job("test.work")
def work(running):
    running.progress(1)
    print("begun", flush=True)
    time.sleep(60)
jobs.run(os.environ["JOB"])
"""


@pytest.mark.race
class TestOnRealConnections:
    def test_of_many_workers_one_gets_the_job(self, committing, work):
        work.deed = lambda running: time.sleep(0.3)
        job = ask()
        met = threading.Barrier(6, timeout=20)

        def take():
            try:
                met.wait()
                jobs.run(str(job.pk))
            finally:
                connection.close()

        threads = [threading.Thread(target=take) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert work.runs == 1
        assert again(job).state == "done"

    def test_a_killed_workers_job_is_taken_up_again(self, committing, work):
        job = ask()
        environment = committing.environment() | {"DJANGO_SETTINGS_MODULE": "tests.settings", "JOB": str(job.pk)}
        worker = subprocess.Popen(
            [sys.executable, "-c", ONE_THAT_SLEEPS], cwd=server.PROJECT, env=environment, stdout=subprocess.PIPE
        )
        assert worker.stdout.readline() == b"begun\n"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        assert again(job).state == "running"
        jobs.run(str(job.pk))
        assert work.runs == 0, "its heartbeat is fresh"
        with clock.at(clock.now() + timedelta(seconds=60)):
            assert jobs.sweep() == 1
            jobs.run(str(job.pk))
        assert (again(job).state, work.runs, again(job).fence) == ("done", 1, 2)
