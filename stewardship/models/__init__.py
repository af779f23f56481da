"""What people have to decide, and what they said."""

from stewardship.models.answer import Answer
from stewardship.models.task import Task, TaskCandidate

__all__ = ["Answer", "Task", "TaskCandidate"]
