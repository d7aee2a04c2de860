"""An error that the journal has is in the list of errors, also if the server was killed before it was stored."""

from proto_ddf.monitoring import intake
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.monitoring.incident_views import recent_incidents
from proto_ddf.operations.engine import engine


def broken(_context):
    raise OSError("broken")


def test_an_error_that_was_not_stored_is_stored_once_at_the_next_start(workshop, monkeypatch):
    reported = []
    with monkeypatch.context() as patch:
        patch.setattr(intake, "report", lambda *given, **options: reported.append(given))
        failed = workshop.start(broken)
        workshop.wait(failed, "failed")
        workshop.until(lambda: reported)
    assert recent_errors() == []
    for _ in range(2):
        engine.shutdown()
        engine.launch()
        assert intake.flush(30)
        (error,) = recent_errors()
        (incident,) = recent_incidents(5)
        assert (error["operation_id"], incident.count) == (failed, 1)
        assert error["context"]["operation"] == error["operation"]
