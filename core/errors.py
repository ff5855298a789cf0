"""Every error Easel raises on purpose.

EaselError
├── UserError            carries the sentence that the user reads
│   ├── Invalid          the request itself is wrong
│   ├── NotFound         no such thing, or it belongs to somebody else: the same answer
│   ├── Gone             a link that was taken back, or has ended
│   ├── Conflict         the thing is not in a state that allows this
│   ├── TooLarge         more than Easel takes
│   ├── Unsupported      a file that Easel does not take
│   ├── SignedOut        no token and no signed-in browser
│   ├── Forbidden        a foreign page or host asks
│   ├── OverBudget       no money left for it
│   ├── Unanswered       a planner declined, or ran out of room: that answer was paid
│   └── Busy             a full disk, a locked database, or a draining process: try again
├── ProviderError        a provider answered with something unusable
│   ├── PlannerBusy      no answer came, and the same question may be asked again
│   └── Uncertain        paid work may have been done, and nobody can say
├── Unreachable          a chat platform will not show this, however often it is asked
└── NativeError          a child process failed, ran out of time, or was killed
"""


class EaselError(Exception):
    """The root, so that one `except` tells our own errors from bugs."""


class UserError(EaselError):
    """An error with a sentence for the user. `code` is stable and fit for programs."""

    code = "error"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code


class Invalid(UserError):
    """The request is malformed or asks for something that does not exist."""

    code = "invalid"


class NotFound(UserError):
    """Missing, or owned by somebody else. The two are never told apart."""

    code = "not_found"

    def __init__(self, message: str = "There is nothing here by that name.") -> None:
        super().__init__(message)


class Gone(UserError):
    """It opened something once, and does not any more."""

    code = "gone"


class Conflict(UserError):
    """The thing exists but cannot do this now."""

    code = "conflict"


class TooLarge(UserError):
    """More characters, bytes or pixels than Easel takes."""

    code = "too_large"


class Unsupported(UserError):
    """A kind of file that Easel does not take."""

    code = "unsupported_media"


class SignedOut(UserError):
    """A token or the sign-in link is needed."""

    code = "signed_out"


class Forbidden(UserError):
    """The request came from another site, or under a foreign host name."""

    code = "forbidden"


class OverBudget(UserError):
    """The reservation does not fit into a budget."""

    code = "over_budget"


class Unanswered(UserError):
    """A planner answered, and nothing can be made of it. Asking the same again would not help."""

    def __init__(self, message: str, code: str, cost_micros: int = 0) -> None:
        super().__init__(message, code)
        self.cost_micros = cost_micros
        """What that answer cost, in micro-dollars; 0 where the server declined before it worked."""


class Busy(UserError):
    """Nothing was stored; the same request may succeed later."""

    code = "busy"


class ProviderError(EaselError):
    """A provider failed in a way that ends the step."""

    def __init__(self, message: str, code: str = "provider_error", *, perhaps_paid: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.perhaps_paid = perhaps_paid
        """What was held for it counts as spent."""


class PlannerBusy(ProviderError):
    """A planner gave no usable answer this time. Planning has no effect of its own, so it may simply be asked again."""

    def __init__(
        self, message: str, *, again_s: float = 0.0, perhaps_paid: bool = False, cost_micros: int | None = None
    ) -> None:
        super().__init__(message, "planner_busy", perhaps_paid=perhaps_paid)
        self.again_s = again_s
        """Seconds to wait at least, as the server wishes; 0 where it says nothing. Never over 20."""
        self.perhaps_paid = perhaps_paid
        """The server may have done the work and may charge for it: this attempt's whole hold counts as spent."""
        self.cost_micros = cost_micros
        """What it charges, in micro-dollars, where it said so; then that counts as spent instead."""


class Uncertain(ProviderError):
    """The paid call may or may not have run; it is never made again unasked."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "uncertain", perhaps_paid=True)


class NativeError(EaselError):
    """A media child process failed; `str()` says how, without the user's words."""


class Unreachable(EaselError):
    """A thread or message cannot be written: it is gone, Easel was removed, or a permission is missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """A short word for the log: `gone`, `forbidden`, `removed`."""
