"""Pictures that every browser shows, told by their first bytes. SVG, which may have scripts, is not among them.

See https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern.
"""

import re

PICTURES = "/api/pictures"
"""Where stored pictures are, see stored_pictures.py."""
_TYPES = {
    rb"\x89PNG\r\n\x1a\n": "image/png",
    rb"\xff\xd8\xff": "image/jpeg",
    rb"GIF8[79]a": "image/gif",
    rb"RIFF.{4}WEBP": "image/webp",
}


def picture_type(start: bytes) -> str:
    """The media type of a picture by its first bytes; empty if it is none that is shown."""
    for pattern, name in _TYPES.items():
        if re.match(pattern, start, re.DOTALL):
            return name
    return ""
