"""The platform's errors: one exception, its JSON, and a constructor per kind of refusal.

Shape `{"error": {"message", "type", "param", "code"}}`: https://developers.openai.com/api/docs/guides/error-codes
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

INVALID = "invalid_request_error"


@dataclass(slots=True)
class ApiError(Exception):
    """An answer that is not a success."""

    status: int
    message: str
    type: str = INVALID
    param: str | None = None
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The JSON that the platform sends."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}

    def foreign_body(self) -> dict[str, Any]:
        """The JSON of LocalAI, whose `code` is the status: its `schema.ErrorResponse`."""
        return {"error": {"message": self.message, "type": "", "code": self.status}}


def bad(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """400 with the platform's usual type."""
    return ApiError(400, message, param=param, code=code)


def unknown_parameter(param: str) -> ApiError:
    return bad(f"Unknown parameter: '{param}'.", param, "unknown_parameter")


def missing(param: str) -> ApiError:
    return bad(f"Missing required parameter: '{param}'.", param, "missing_required_parameter")


def wrong_type(param: str, expected: str, got: object) -> ApiError:
    message = f"Invalid type for '{param}': expected {expected}, but got {type_name(got)} instead."
    return bad(message, param, "invalid_type")


def wrong_value(param: str, got: object, supported: Iterable[object]) -> ApiError:
    words = [f"'{each}'" for each in supported]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])}, and {words[-1]}"
    return bad(f"Invalid value: '{got}'. Supported values are: {listed}.", param, "invalid_value")


def too_long(param: str, most: int, got: int) -> ApiError:
    message = f"Invalid '{param}': string too long. Expected a string with maximum length {most}, but got {got}."
    return bad(message, param, "string_above_max_length")


def out_of_range(param: str, least: float, most: float, got: float) -> ApiError:
    above = got > most
    word, bound, sign = ("above maximum", most, "<=") if above else ("below minimum", least, ">=")
    kind = "integer" if isinstance(got, int) else "decimal"
    message = f"Invalid '{param}': {kind} {word} value. Expected a value {sign} {bound}, but got {got} instead."
    return bad(message, param, f"{kind}_{'above_max' if above else 'below_min'}_value")


def unsupported_parameter(param: str) -> ApiError:
    message = f"Unsupported parameter: '{param}' is not supported with this model."
    return bad(message, param, "unsupported_parameter")


def unsupported_value(param: str, got: object, message: str = "Only the default value is supported.") -> ApiError:
    text = f"Unsupported value: '{param}' does not support '{got}' with this model. {message}"
    return bad(text, param, "unsupported_value")


def model_not_found(name: str) -> ApiError:
    message = f"The model `{name}` does not exist or you do not have access to it."
    return ApiError(404, message, code="model_not_found")


def moderation_blocked(request_id: str, categories: Iterable[str]) -> ApiError:
    """A prompt that the image models' safety system rejects."""
    message = (
        "Your request was rejected by the safety system. If you believe this is an error, contact us at "
        f"help.openai.com and include the request ID {request_id}. safety_violations=[{', '.join(categories)}]."
    )
    return ApiError(400, message, type="image_generation_user_error", code="moderation_blocked")


def no_key() -> ApiError:
    message = (
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
        "(i.e. Authorization: Bearer YOUR_KEY)."
    )
    return ApiError(401, message)


def wrong_key(key: str) -> ApiError:
    shown = f"{key[:4]}****{key[-4:]}" if len(key) > 12 else "****"
    return ApiError(401, f"Incorrect API key provided: {shown}.", code="invalid_api_key")


def unknown_url(method: str, path: str) -> ApiError:
    message = f"Unknown request URL: {method} {path}. Please check the URL for typos."
    return ApiError(404, message, code="unknown_url")


def gone(what: str, when: str) -> ApiError:
    return ApiError(404, f"{what} was shut down on {when}. See https://developers.openai.com/api/docs/deprecations.")


def type_name(value: object) -> str:
    """How the platform calls a JSON value's type."""
    names = {
        bool: "a boolean",
        int: "an integer",
        float: "a decimal",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return "null" if value is None else names.get(type(value), "something else")
