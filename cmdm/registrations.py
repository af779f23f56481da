"""The kit's part of the data map, and that of the libraries' tables."""

from cmdm import verifying  # noqa: F401
from cmdm.actions.domains import install_roles
from cmdm.actions.installing import install_portal_user
from cmdm.datamap import declare
from cmdm.installing import standing

standing.add("cmdm.portal", install_portal_user, order=1)

declare(
    "cmdm.User",
    whose="user",
    none="id password last_login is_superuser is_staff is_active date_joined kind preferences change",
    personal="username first_name last_name email display_name",
)
declare("cmdm.Domain", none="id key name match_space owner change")
declare("cmdm.DomainUserPermission", none="id permission user content_object")
declare("cmdm.DomainGroupPermission", none="id permission group content_object")
declare("cmdm.User_groups", none="id user group")
declare("cmdm.User_user_permissions", none="id user permission")
declare(
    "cmdm.AuditEntry",
    keep="for good",
    none="id change at actor deed thing thing_id domains origin purpose attributes counts",
)
declare("cmdm.OutboxEvent", keep="for good", none="id change at topic subject version payload")
declare("cmdm.OutboxPending", none="event attempts not_before error parked")
declare(
    "cmdm.Job",
    none="id name arguments state requested_by domain attempt fence heartbeat cancel_requested done total phase error "
    "result created_at started_at finished_at change",
)
declare("cmdm.ApiToken", none="id digest user label created_at expires_at revoked_at change")
declare(
    "cmdm.IdempotencyKey",
    whose="customer",
    keep="a day",
    none="id client key request status created_at",
    sealed="body",
)
declare("auth.Permission", none="id name content_type codename")
declare("auth.Group", none="id name")
declare("auth.Group_permissions", none="id group permission")
declare("contenttypes.ContentType", none="id app_label model")
declare("sessions.Session", whose="user", keep="ten hours", none="session_key expire_date", personal="session_data")
declare("admin.LogEntry", none="id action_time user content_type object_id object_repr action_flag change_message")
declare("guardian.UserObjectPermission", none="id permission content_type object_pk user")
declare("guardian.GroupObjectPermission", none="id permission content_type object_pk group")
declare(
    "django_q.Schedule",
    none="id name func hook args kwargs schedule_type minutes repeats next_run cron task cluster intended_date_kwarg",
)
declare(
    "django_q.Task",
    none="id name func hook args kwargs result group cluster started stopped success attempt_count",
)
declare("django_q.OrmQ", none="id key payload lock")
declare(
    "axes.AccessAttempt",
    whose="user",
    keep="until the next sign-in",
    none="id http_accept path_info attempt_time get_data post_data failures_since_start",
    personal="user_agent ip_address username",
)
declare(
    "axes.AccessAttemptExpiration",
    none="access_attempt expires_at",
)
declare(
    "axes.AccessFailureLog",
    whose="user",
    none="id http_accept path_info attempt_time locked_out",
    personal="user_agent ip_address username",
)
declare(
    "axes.AccessLog",
    whose="user",
    none="id http_accept path_info attempt_time logout_time session_hash",
    personal="user_agent ip_address username",
)

standing.add("cmdm.roles", install_roles, order=5)
