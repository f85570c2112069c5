"""How an unexpected failure is written into a log: where it happened and of which kind, without what it was about.

The message of an exception may hold anything: a row with a name and an address, a word that was searched for. Logs are
kept by others, longer, and nobody can erase one person from them.
"""

import traceback


def traced(error: BaseException) -> str:
    """Return the places that an exception went through and its kind; the same of what caused it, that first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    places = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    before = f"{traced(cause)}\n" if cause is not None else ""
    return f"{before}{places}{type(error).__module__}.{type(error).__qualname__}"
