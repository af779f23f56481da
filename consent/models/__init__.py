"""Why data are used, what was shown, and what people said to it."""

from consent.models.asking import Proposal, SubjectRequest, officer_in
from consent.models.contact import ContactPoint
from consent.models.contradiction import Contradiction
from consent.models.event import NAMING, Act, ActorKind, ConsentEvent, Method
from consent.models.evidence import Evidence
from consent.models.guardian import Guardianship
from consent.models.notice import Notice
from consent.models.portal import PortalAccount, PortalAnchor, PortalChange, PortalClaim, PortalCode, PortalContact
from consent.models.proof import Attachment, ProofChunk, ProofFile
from consent.models.purpose import Channel, CountedFrom, Kind, Purpose

__all__ = [
    "NAMING",
    "Act",
    "ActorKind",
    "Attachment",
    "Channel",
    "ConsentEvent",
    "ContactPoint",
    "Contradiction",
    "CountedFrom",
    "Evidence",
    "Guardianship",
    "Kind",
    "Method",
    "Notice",
    "PortalAccount",
    "PortalAnchor",
    "PortalChange",
    "PortalClaim",
    "PortalCode",
    "PortalContact",
    "ProofChunk",
    "ProofFile",
    "Proposal",
    "Purpose",
    "SubjectRequest",
    "officer_in",
]
