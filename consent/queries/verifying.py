"""What must always be true of consents and of the texts that they were given to.

No state is stored, so none can differ from what the acts say: the checks are about the acts themselves. Kept is only
who gives two answers; that list is compared with what the acts say.
"""

from cmdm.verifying import Found, Tally, add_check, sql_check
from consent.models import Contradiction, Notice
from consent.queries.contradictions import anew, likely, spans
from consent.rules.contradicting import ALWAYS
from consent.rules.notices import sha256

EVENTS = "SELECT count(*) FROM consent_consentevent"
GRANTS = "e.act IN ('granted', 'confirmed', 'reaffirmed')"

sql_check(
    "a consent names the text that was shown and its evidence",
    "I31",
    f"SELECT count(*) FROM consent_consentevent e WHERE {GRANTS}",
    f"""SELECT e.id FROM consent_consentevent e JOIN consent_purpose p ON p.id = e.purpose_id
          LEFT JOIN consent_notice n ON n.id = e.notice_id
         WHERE {GRANTS} AND (e.evidence_id IS NULL OR n.id IS NULL OR n.state = 'draft' OR n.sha256 = ''
                             OR NOT p.key = ANY(n.purposes))""",
)
sql_check(
    "merges and unmerges say nothing in anybody's name",
    "I27",
    EVENTS,
    """SELECT e.id FROM consent_consentevent e JOIN cmdm_auditentry a ON a.change = e.change
        WHERE a.deed ~ '^(customer|record|load|task|match|verdict|candidate)'""",
)
sql_check(
    "what an ending names is an act of the same record and purpose",
    "I26",
    "SELECT count(*) FROM consent_consentevent WHERE names_id IS NOT NULL",
    """WITH RECURSIVE line(purpose, above) AS (
         SELECT id, id FROM consent_purpose
          UNION SELECT line.purpose, p.parent_id FROM line JOIN consent_purpose p ON p.id = line.above
          WHERE p.parent_id IS NOT NULL)
       SELECT e.id FROM consent_consentevent e JOIN consent_consentevent o ON o.id = e.names_id
        WHERE o.record_id <> e.record_id OR o.id >= e.id
           OR NOT EXISTS (SELECT 1 FROM line WHERE line.purpose = e.purpose_id AND line.above = o.purpose_id)""",
)
sql_check(
    "what activity prolonged was a consent with an end, still in force",
    "I28",
    "SELECT count(*) FROM consent_consentevent WHERE act = 'prolonged'",
    f"""SELECT p.id FROM consent_consentevent p JOIN consent_consentevent e ON e.id = p.names_id
         WHERE p.act = 'prolonged'
           AND (NOT {GRANTS} OR p.purpose_id <> e.purpose_id OR p.channel <> e.channel
                OR p.contact_id IS DISTINCT FROM e.contact_id OR p.expires_at IS NULL
                OR (p.occurred_at < (
                      SELECT max(l.expires_at) FROM consent_consentevent l
                       WHERE l.id = e.id OR (l.names_id = e.id AND l.act = 'prolonged' AND l.id < p.id)))
                   IS NOT TRUE)""",
)
sql_check(
    "acts made here count in the order of the ledger",
    "I26",
    EVENTS,
    """SELECT id FROM (
         SELECT id, effective_at, lag(effective_at) OVER (PARTITION BY record_id ORDER BY id) AS before
           FROM consent_consentevent WHERE method NOT IN ('import', 'api')) acts
        WHERE before > effective_at""",
)
sql_check(
    "a denial that reached others was made somewhere",
    "I28",
    "SELECT count(*) FROM consent_consentevent WHERE act IN ('refused', 'withdrawn', 'objected')",
    """SELECT e.id FROM consent_consentevent e
        WHERE e.carried AND (e.act NOT IN ('refused', 'withdrawn', 'objected') OR NOT EXISTS (
              SELECT 1 FROM consent_consentevent o
               WHERE o."group" = e."group" AND NOT o.carried AND o.act = e.act AND o.purpose_id = e.purpose_id
                 AND o.channel = e.channel AND o.contact_id IS NOT DISTINCT FROM e.contact_id))""",
)


def _notices() -> Found:
    """The words of every text that was shown are those of its hash."""
    tally = Tally()
    for notice in Notice.objects.exclude(state=Notice.State.DRAFT).order_by("pk").iterator():
        tally.add(notice.pk, holds=notice.sha256 == sha256(vars(notice)))
    return tally.found()


add_check("texts that were shown are what their hash says", "I31", _notices)


def _contradictions() -> Found:
    """The list of who gives two answers, span by span, is what the acts say."""
    tally = Tally()
    for after, last in spans():
        rows = Contradiction.objects.filter(customer__gt=after, customer__lte=last)
        kept = {(row.customer_id, row.purpose_id): row.until or ALWAYS for row in rows}
        found = anew({*likely(after, last), *(customer for customer, _purpose in kept)})
        for two in sorted(found.keys() | kept.keys()):
            tally.add(two[0], holds=found.get(two) == kept.get(two))
    return tally.found()


add_check("who gives two answers is what the acts say", "I26", _contradictions)
