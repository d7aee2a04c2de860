"""The actions of the audit, in words."""

import re

WORDS = {
    "account_created": "Added an account",
    "account_disabled": "Disabled an account",
    "account_enabled": "Enabled an account",
    "entered": "Came in by the printed link",
    "operation_cancelled": "Cancelled an operation",
    "operation_started": "Started an operation",
    "operation_tried_again": "Tried an operation again",
    "password_changed": "Changed the own password",
    "password_chosen": "Chose a password by a link",
    "password_link_made": "Made a link for a password",
    "password_reset": "Reset a password by the command",
    "role_changed": "Changed a role",
    "session_revoked": "Ended a session",
    "sessions_revoked": "Ended the sessions of an account",
    "set_up": "Set up the first account",
    "sign_in_failed": "Failed to sign in",
    "signed_in": "Signed in",
    "signed_out": "Signed out",
}


def action_words(action: str) -> str:
    """Of the others, such as "AppState.act" and "generate_app", the words in their name."""
    if action in WORDS:
        return WORDS[action]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", action.replace("State.", ": ")).replace("_", " ")
    return words[:1].upper() + words[1:].lower()
