"""Commands for the key of stored secrets.

python -m proto_ddf.vault rotate     encrypt every stored secret with a new key; the server may be running
python -m proto_ddf.vault new-key    print a key for PROTO_DDF_SECRET_KEY
"""

import sys

import pydantic
from cryptography.fernet import Fernet

from proto_ddf.db.engine import migrate
from proto_ddf.errors.description import describe
from proto_ddf.errors.settings_errors import describe_settings_errors
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.settings import get_settings
from proto_ddf.vault.rotation import rotate


def main() -> None:
    commands = {"rotate": rotate_keys, "new-key": print_key}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit("Usage: python -m proto_ddf.vault rotate|new-key")
    try:
        commands[sys.argv[1]]()
    except pydantic.ValidationError as error:
        print("\n".join(describe_settings_errors(error)), file=sys.stderr)
        sys.exit(2)
    except ProtoDDFError as error:
        described = describe(error, "Rotate the key")
        sys.exit(f"{described['message']} {described['hint']}")


def rotate_keys() -> None:
    get_settings().prepare_home()
    migrate()
    result = rotate()
    print(f"{_secrets(result.encrypted)} encrypted with the new key.")
    if result.unreadable:
        print(f"{_secrets(result.unreadable)} cannot be read with any known key; enter them again.")
    if get_settings().previous_secret_key is not None:
        print("PROTO_DDF_PREVIOUS_SECRET_KEY is no longer needed.")


def print_key() -> None:
    print(Fernet.generate_key().decode())


def _secrets(count: int) -> str:
    return f"{count} secret{'' if count == 1 else 's'}"


if __name__ == "__main__":
    main()
