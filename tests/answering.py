"""Whether a server answers, asked so cheaply that a test can ask again and again: a client of httpx takes ten times as
long to make as the request."""

import http.client
import urllib.request


def answers(url: str, seconds: float = 5.0) -> bool:
    """Whether a GET of `url` gives status 200 within that time."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as response:
            return bool(response.status == 200)
    except (OSError, http.client.HTTPException):
        return False
