"""How this Discord is set up: what the app was granted, and the limits that are in force."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Figures without a source here are named in docs.discord.com/developers at the place that enforces them."""

    content_intent: bool = True
    """MESSAGE_CONTENT is granted in the developer portal; asking for it without that closes the gateway with 4014."""
    members_intent: bool = False
    presence_intent: bool = False
    rate_limits: bool = True
    validate: bool = True
    """Hold each body against Discord's OpenAPI description, where that is at hand."""
    check_answers: bool = False
    """Hold this server's own answers against it, too."""
    file_bytes: int = 10 * MIB
    """Per file, unless a guild has its own limit. Raised to 20 MB in the docs, 10 MiB still enforced (Sept. 2026)."""
    request_bytes: int = 25 * MIB
    link_s: float = 24 * 3600
    """How long a signed attachment link opens."""
    ack_s: float = 3.0
    token_s: float = 15 * 60
    old_edits: int = 3
    """Edits that a message older than 1 h still takes; unconfirmed, Discord names no figure."""
    nonce_s: float = 120
    heartbeat_s: float = 41.25
    identify_pause_s: float = 0
    """Discord takes one IDENTIFY per 5 s; 0 lets tests restart a bot at once."""
    identify_total: int = 1000
    resumable_s: float = 180
    """How long a dropped stream waits to be resumed; unconfirmed."""
