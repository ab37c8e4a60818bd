"""The keys that this process holds, and their removal from texts of others."""

import base64
import re
from collections.abc import Iterator
from urllib.parse import quote

_SHORTEST = 8
_FEW = 3
"""Different characters up to which a piece is no sign of a key: zeros are in many an ID."""
_CUT = "***"
_WORD = re.compile(r"""[^\s"'<>,(){}\[\]\x80-\U0010ffff]{8,}""")
_held: set[str] = set()
_pieces: set[str] = set()


def hold(*keys: str | None) -> None:
    """Note keys that no text may show; one of less than 8 characters is no real one, and is not noted."""
    for key in keys:
        if key and key not in _held:
            _held.add(key)
            found = (piece for form in _forms(key) for piece in _pieces_of(form))
            _pieces.update(piece for piece in found if len(set(piece)) > _FEW)


def without_keys(text: str) -> str:
    """A text without the words that have 8 characters in a row of a key that is held.

    Gateways and proxies echo requests: with the AccessKey ID, and with the token of temporary credentials, which is as
    good as a key. An echo may be cut off, and encode what is no letter or digit in ways that nobody can list (JSON,
    HTML, small letters): so pieces are looked for and not whole keys, and the whole word goes. Encodings that leave no
    piece as it is are looked for besides: base64 at each offset, hexadecimal, and URL encoding, for keys with much to
    encode. A signature stays: it is good for one request, whose nonce the service has seen.
    """
    return _WORD.sub(lambda found: found[0] if _pieces.isdisjoint(_pieces_of(found[0])) else _CUT, text)


def _pieces_of(text: str) -> Iterator[str]:
    return (text[at : at + _SHORTEST] for at in range(len(text) - _SHORTEST + 1))


def _forms(key: str) -> Iterator[str]:
    yield key
    yield quote(key, safe="")
    data = key.encode()
    yield from (data.hex(), data.hex().upper())
    for offset in range(3):
        # The first and the last letters also depend on what stands beside the key.
        whole = base64.b64encode(bytes(offset) + data).decode().rstrip("=")
        inner = whole[offset + (offset > 0) : -1]
        yield from (inner, inner.translate(_URL_SAFE))


_URL_SAFE = str.maketrans("+/", "-_")
