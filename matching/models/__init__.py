"""Who is who: keys, candidates, verdicts, and the ledger of every link."""

from matching.models.candidate import Candidate
from matching.models.key import MatchKey, OversizedBlock, PreparedRecord
from matching.models.ledger import LedgerEntry
from matching.models.measurement import Measurement
from matching.models.model import MatchMark, MatchModel, NothingNear
from matching.models.verdict import Verdict

__all__ = [
    "Candidate",
    "LedgerEntry",
    "MatchKey",
    "MatchMark",
    "MatchModel",
    "Measurement",
    "NothingNear",
    "OversizedBlock",
    "PreparedRecord",
    "Verdict",
]
