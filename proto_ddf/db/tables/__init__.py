"""Proto-DDF's own records, a module for each part. Changes need a migration in `proto_ddf/db/migrations`."""

from proto_ddf.db.tables.accounts import (
    AccountRecord,
    AuditRecord,
    OneTimeTokenRecord,
    Role,
    SessionKind,
    SessionRecord,
    TokenPurpose,
)
from proto_ddf.db.tables.alerts import AlertRecord, AlertState
from proto_ddf.db.tables.apps import AppRecord, AppState, PortReservation
from proto_ddf.db.tables.columns import UtcDateTime, new_id, utc_now
from proto_ddf.db.tables.escalations import (
    CodegenRunRecord,
    CodegenRunState,
    EscalationLevel,
    EscalationRecord,
    RepositoryRecord,
)
from proto_ddf.db.tables.incidents import (
    DiscardedErrorsRecord,
    ErrorBodyRecord,
    ErrorRecord,
    IncidentAction,
    IncidentActionRecord,
    IncidentEpisodeRecord,
    IncidentRecord,
    IncidentState,
)
from proto_ddf.db.tables.notifications import ChannelRecord, DeliveryRecord, DeliveryState
from proto_ddf.db.tables.operations import (
    OperationRecord,
    OperationState,
    StepLogRecord,
    StepRecord,
    StepState,
)
from proto_ddf.db.tables.recovery import RecoveryAttemptRecord, RecoveryState
from proto_ddf.db.tables.reports import ReportRecord, ReportScheduleRecord
from proto_ddf.db.tables.rollups import (
    ClassRollup,
    IncidentRollup,
    NetworkErrorRollup,
    OutcomeRollup,
    SubjectRollup,
)
from proto_ddf.db.tables.sources import SecretRecord, SourceRecord
from proto_ddf.db.tables.submissions import SubmissionRecord
from proto_ddf.db.tables.usage import UsageEventRecord

__all__ = [
    "AccountRecord",
    "AlertRecord",
    "AlertState",
    "AppRecord",
    "AppState",
    "AuditRecord",
    "ChannelRecord",
    "ClassRollup",
    "CodegenRunRecord",
    "CodegenRunState",
    "DeliveryRecord",
    "DeliveryState",
    "DiscardedErrorsRecord",
    "ErrorBodyRecord",
    "ErrorRecord",
    "EscalationLevel",
    "EscalationRecord",
    "IncidentAction",
    "IncidentActionRecord",
    "IncidentEpisodeRecord",
    "IncidentRecord",
    "IncidentRollup",
    "IncidentState",
    "NetworkErrorRollup",
    "OneTimeTokenRecord",
    "OperationRecord",
    "OperationState",
    "OutcomeRollup",
    "PortReservation",
    "RecoveryAttemptRecord",
    "RecoveryState",
    "ReportRecord",
    "ReportScheduleRecord",
    "RepositoryRecord",
    "Role",
    "SecretRecord",
    "SessionKind",
    "SessionRecord",
    "SourceRecord",
    "StepLogRecord",
    "StepRecord",
    "StepState",
    "SubjectRollup",
    "SubmissionRecord",
    "TokenPurpose",
    "UsageEventRecord",
    "UtcDateTime",
    "new_id",
    "utc_now",
]
