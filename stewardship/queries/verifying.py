"""What must always be true of tasks and answers."""

from cmdm.verifying import sql_check

sql_check(
    "an open question is in exactly one open task",
    "I12",
    "SELECT count(*) FROM matching_candidate WHERE state = 'open'",
    """SELECT k.id FROM matching_candidate k WHERE k.state = 'open' AND 1 <> (
         SELECT count(*) FROM stewardship_taskcandidate m JOIN stewardship_task t ON t.id = m.task_id
          WHERE m.candidate_id = k.id AND m.open AND t.status = 'open')""",
)
sql_check(
    "an open task has something to decide",
    "I12",
    "SELECT count(*) FROM stewardship_task WHERE status = 'open'",
    """SELECT t.id FROM stewardship_task t WHERE t.status = 'open' AND t.pin_id IS NULL AND NOT EXISTS (
         SELECT 1 FROM stewardship_taskcandidate m JOIN matching_candidate k ON k.id = m.candidate_id
          WHERE m.task_id = t.id AND m.open AND k.state = 'open')
       UNION
       SELECT m.task_id FROM stewardship_taskcandidate m JOIN stewardship_task t ON t.id = m.task_id
         JOIN matching_candidate k ON k.id = m.candidate_id
        WHERE m.open AND (t.status <> 'open' OR k.state <> 'open')""",
)
sql_check(
    "a task names the customers and domains that it touches",
    "I12",
    "SELECT count(*) FROM stewardship_task WHERE status = 'open' AND pin_id IS NULL",
    """SELECT t.id FROM stewardship_task t CROSS JOIN LATERAL (
             SELECT array_agg(DISTINCT e.customer ORDER BY e.customer) AS customers
               FROM stewardship_taskcandidate m JOIN matching_candidate k ON k.id = m.candidate_id
               JOIN customers_sourcerecord l ON l.id = k.left_id JOIN customers_sourcerecord r ON r.id = k.right_id
              CROSS JOIN LATERAL (VALUES (l.customer_id), (r.customer_id)) AS e(customer)
              WHERE m.task_id = t.id AND m.open) AS now
        WHERE t.status = 'open' AND t.pin_id IS NULL AND (
              t.customers IS DISTINCT FROM now.customers
           OR cardinality(t.customers) > 6
           OR t.domains IS DISTINCT FROM ARRAY(
                SELECT DISTINCT d.domain_id FROM customers_customerdomain d
                 WHERE d.customer_id = ANY(now.customers) ORDER BY 1))""",
)
sql_check(
    "a round has at most one answer in force",
    "I11",
    "SELECT count(*) FROM stewardship_answer",
    """SELECT min(id) AS id FROM stewardship_answer WHERE withdrawn_at IS NULL AND acts
        GROUP BY task_id, round HAVING count(*) > 1
       UNION
       SELECT a.id FROM stewardship_answer a JOIN stewardship_task t ON t.id = a.task_id
        WHERE a.withdrawn_at IS NULL AND t.status = 'open'
          AND (a.round > t.round OR (a.round = t.round AND (a.acts OR t.stage = 'first')))""",
)
