"""How S3 says no: a status and an XML body. Source: AWS, API reference, "Error responses"."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

STATUS: Mapping[str, int] = {
    "AccessDenied": 403,
    "AuthorizationHeaderMalformed": 400,
    "AuthorizationQueryParametersError": 400,
    "BadDigest": 400,
    "EntityTooSmall": 400,
    "IncompleteBody": 400,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidDigest": 400,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidRange": 416,
    "InvalidRequest": 400,
    "InvalidToken": 400,
    "MalformedXML": 400,
    "MissingContentLength": 411,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NotImplemented": 501,
    "PreconditionFailed": 412,
    "RequestTimeTooSkewed": 403,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
    "XAmzContentSHA256Mismatch": 400,
}


class Refused(Exception):
    """An error answer."""

    def __init__(self, code: str, message: str = "", **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.status = STATUS[code]
        self.fields = {"Code": code, "Message": message or code, "RequestId": "TESTREQUEST"} | more

    @property
    def xml(self) -> bytes:
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in self.fields.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()
