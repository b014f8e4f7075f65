class Failure(Exception):
    """What went wrong, where, and what to do; the program ends with it."""
