"""Generated examples have no deadline: a loaded machine is no fault of theirs."""

from hypothesis import settings

settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
