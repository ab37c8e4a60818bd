"""How a service, a gateway or a proxy may quote what it was sent, as data: by name, what becomes of a text."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

QUOTES: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "its longest line": lambda text: max(text.splitlines(), key=len),
    "trimmed": lambda text: text.strip(),
    "on one line": lambda text: " ".join(text.split()),
    "without blanks": lambda text: "".join(text.split()),
    "one token": lambda text: max(text.split(), key=len),
    "cut off": lambda text: text[: len(text) * 2 // 3],
    "its end": lambda text: text[len(text) // 3 :],
    "upper case": str.upper,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[1:-1],
    "JSON without slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/").replace("+", "\\u002b"),
    "HTML": html.escape,
    "HTML by number": lambda text: "".join(one if one.isalnum() else f"&#x{ord(one):x};" for one in text),
    "URL": quote,
    "URL without slashes": lambda text: quote(text, safe=""),
    "URL in small letters": lambda text: quote(text, safe="").replace("%2B", "%2b").replace("%2F", "%2f"),
    "URL twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form": quote_plus,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 among others": lambda text: base64.b64encode(f"GET {text}; ".encode()).decode(),
    "base64 of URLs": lambda text: base64.urlsafe_b64encode(f"?{text}".encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "bytes": lambda text: repr(text.encode()),
}
