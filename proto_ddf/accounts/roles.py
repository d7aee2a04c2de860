"""What a role may do compared with others."""

from proto_ddf.db.tables import Role

_RANKS = {role: rank for rank, role in enumerate(Role)}


def allows(role: Role, least: Role) -> bool:
    """Whether `role` may do what needs at least `least`."""
    return _RANKS[role] >= _RANKS[least]


__all__ = ["Role", "allows"]
