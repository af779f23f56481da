"""What people have to decide, and what they said."""

from stewardship.models.answer import Answer
from stewardship.models.bulk import BulkDecision
from stewardship.models.note import Attachment, Mention, Note, Tag, Tagging
from stewardship.models.policy import QualityTarget, ReviewPolicy
from stewardship.models.preference import Preference, SavedFilter
from stewardship.models.quality import SampledJoin, SourceDay
from stewardship.models.referral import Referral
from stewardship.models.task import Task, TaskCandidate

__all__ = [
    "Answer",
    "Attachment",
    "BulkDecision",
    "Mention",
    "Note",
    "Preference",
    "QualityTarget",
    "Referral",
    "ReviewPolicy",
    "SampledJoin",
    "SavedFilter",
    "SourceDay",
    "Tag",
    "Tagging",
    "Task",
    "TaskCandidate",
]
