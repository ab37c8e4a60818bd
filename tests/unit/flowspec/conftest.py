from tests.support.corpus import shared

__all__ = ["shared"]
