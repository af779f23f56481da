"""The kit's tables."""

from cmdm.models.audit import AuditEntry
from cmdm.models.base import Changed, ChangeDefault, Versioned
from cmdm.models.domain import Domain, DomainGroupPermission, DomainUserPermission
from cmdm.models.job import Job
from cmdm.models.outbox import OutboxEvent, OutboxPending
from cmdm.models.token import ApiToken, IdempotencyKey, token_digest
from cmdm.models.user import User, portal_user, system_user

__all__ = [
    "ApiToken",
    "AuditEntry",
    "ChangeDefault",
    "Changed",
    "Domain",
    "DomainGroupPermission",
    "DomainUserPermission",
    "IdempotencyKey",
    "Job",
    "OutboxEvent",
    "OutboxPending",
    "User",
    "Versioned",
    "portal_user",
    "system_user",
    "token_digest",
]
