"""Commands for those who run the server; it may be running.

python -m proto_ddf.accounts link          print a new link to come in
python -m proto_ddf.accounts reset NAME    print a link to choose a new password for an account; its sessions end
"""

import sys

import pydantic

from proto_ddf.accounts import audit, management
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.accounts.sign_in import entry_path
from proto_ddf.db.engine import migrate
from proto_ddf.errors.settings_errors import describe_settings_errors
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.settings import get_settings


def main() -> None:
    try:
        _run_command(sys.argv[1:])
    except pydantic.ValidationError as error:
        print("\n".join(describe_settings_errors(error)), file=sys.stderr)
        sys.exit(2)
    except ProtoDDFError as error:
        sys.exit(error.message)


def _run_command(arguments: list[str]) -> None:
    get_settings().prepare_home()
    migrate()
    match arguments:
        case ["link"]:
            print_link()
        case ["reset", name]:
            reset(name)
        case _:
            sys.exit("Usage: python -m proto_ddf.accounts link | reset NAME")


def print_link() -> None:
    settings = get_settings()
    path = entry_path(settings)
    if not path:
        signed_in = settings.enable_auth == "accounts"
        page = f"{settings.address}{'/sign-in' if signed_in else '/'}"
        print(f"No link is needed: open {page}")
        return
    print(f"Open, within an hour: {settings.address}{path}")


def reset(name: str) -> None:
    account = management.find_by_name(name)
    if account is None:
        sys.exit(f"There is no account named {name!r}.")
    SESSIONS.load()
    SESSIONS.end_of_account(account.id)
    link = management.new_password_link(account.id)
    audit.record("password_reset", account.name)
    print(
        f"The sessions of {account.name} have ended. To choose a new password, open within 3 days:"
    )
    print(f"{get_settings().address}{link.path}")


if __name__ == "__main__":
    main()
