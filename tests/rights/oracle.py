"""Who may see what, from the plain rows of grants and links alone: nothing of the hub's own code takes part."""

from django.db import connection

_HELD = """
    SELECT p.codename, d.id FROM cmdm_domainuserpermission g
      JOIN auth_permission p ON p.id = g.permission_id JOIN cmdm_domain d ON d.id = g.content_object_id
     WHERE g.user_id = %(user)s
    UNION
    SELECT p.codename, d.id FROM cmdm_user_groups m JOIN cmdm_domaingrouppermission g ON g.group_id = m.group_id
      JOIN auth_permission p ON p.id = g.permission_id JOIN cmdm_domain d ON d.id = g.content_object_id
     WHERE m.user_id = %(user)s
"""
_LIES = "SELECT DISTINCT domain_id FROM customers_sourcerecord WHERE customer_id = %s AND closed_at IS NULL"


def rows(select, params):
    with connection.cursor() as cursor:
        cursor.execute(select, params)
        return cursor.fetchall()


def held(user, verb):
    """Ids of the domains in which the user, if he is switched on, holds the verb."""
    [(active,)] = rows("SELECT is_active FROM cmdm_user WHERE id = %s", [user.pk])
    return {domain for name, domain in rows(_HELD, {"user": user.pk}) if name == verb} if active else set()


def domains(customer):
    """Ids of the domains of its open records."""
    return {domain for (domain,) in rows(_LIES, [customer.pk])}


def sees(user, customer):
    """A customer is seen by whoever may view one of its records' domains."""
    return bool(held(user, "view") & domains(customer))


def exports(user, customer):
    """It leaves by a file where it is seen and may be exported."""
    return sees(user, customer) and bool(held(user, "export") & domains(customer))


def decides(user, *customers):
    """A question is shown to whoever decides in one of the domains that it touches."""
    return bool(held(user, "decide") & set().union(*[domains(customer) for customer in customers]))


def may_decide_on(user, *customers):
    """Joining, separating and answering need the right in every domain of every customer."""
    return set().union(*[domains(customer) for customer in customers]) <= held(user, "decide")


def opens_pages(user):
    """Pages are for people: a consuming system has the API."""
    return rows("SELECT kind FROM cmdm_user WHERE id = %s", [user.pk]) == [("person",)]
