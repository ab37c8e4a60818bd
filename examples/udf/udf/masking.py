"""A UDF of MaxCompute: e-mail addresses without the person's name. It runs there, in Python 3."""

from odps.udf import annotate


@annotate("string->string")
class MaskEmail:
    """`ada@example.com` becomes `a***@example.com`."""

    def evaluate(self, address: str | None) -> str | None:
        """Return the address masked; null and what is no address stay as they are."""
        name, at, domain = (address or "").partition("@")
        return f"{name[:1]}***@{domain}" if at else address
