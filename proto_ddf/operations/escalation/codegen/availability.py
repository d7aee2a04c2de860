"""Whether Codegen can be asked at all, and about an app."""

from proto_ddf.db.engine import session
from proto_ddf.db.tables import RepositoryRecord
from proto_ddf.settings import get_settings


def missing_setting() -> str:
    """Why Codegen cannot be used, for people; empty if it can."""
    settings = get_settings()
    if not settings.enable_codegen:
        return "it is switched off (ENABLE_CODEGEN)"
    if settings.codegen_api_key is None or not settings.codegen_api_key.get_secret_value():
        return "CODEGEN_API_KEY is not set"
    return "" if settings.codegen_org_id else "CODEGEN_ORG_ID is not set"


def usable_for(slug: str) -> bool:
    """Whether Codegen is set up, and the app has a repository."""
    if not slug or missing_setting():
        return False
    with session() as opened:
        return opened.get(RepositoryRecord, slug) is not None
