"""Discord from end to end: the real library, a strict server."""

import warnings

with warnings.catch_warnings():
    # its voice part imports audioop, whose end Python 3.11 announces
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401
