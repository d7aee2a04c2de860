"""A page whose address says what it shows. It shows a change at once, and then sends the browser to the new address."""

from typing import Any

import reflex as rx


class AddressMixin(rx.State, mixin=True):
    """Knows which addresses the page itself has sent the browser to."""

    _own_moves: list[str] = []
    """The parts behind "?" of the addresses that the browser was sent to, and has not reported yet."""

    def _is_at(self, address: str) -> bool:
        """Whether the browser is at this address."""
        return bool(address.partition("?")[2] == self.router.url.query)

    def _move(self, address: str, *, replace: bool = False) -> list[Any]:
        """Send the browser there; `replace`: without an entry in its history."""
        if self._is_at(address):
            return []
        self._own_moves = [*self._own_moves, address.partition("?")[2]]
        return [rx.redirect(address, replace=replace)]

    def _is_own_move(self) -> bool:
        """Whether the browser reports an address that it was sent to, which the page shows already."""
        query, moves = self.router.url.query, self._own_moves
        found = [at for at, each in enumerate(moves) if each == query]
        self._own_moves = moves[found[-1] + 1 :] if found else []
        return bool(found)
