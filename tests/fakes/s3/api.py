"""The operations that Easel uses, path-style. Everything else is not implemented.

Source: AWS, API reference of S3, the page of each operation.
"""

import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from aiohttp import web

from tests.fakes.s3.arriving import arriving
from tests.fakes.s3.refusals import Refused
from tests.fakes.s3.shelf import Stored, Upload
from tests.fakes.s3.signing import verify
from tests.fakes.s3.trouble import Trouble

if TYPE_CHECKING:
    from tests.fakes.s3.server import S3Server

AT_ONCE = 1000
PIECE = 256 * 1024
OVERRIDES = {
    "response-content-type": "Content-Type",
    "response-content-disposition": "Content-Disposition",
    "response-cache-control": "Cache-Control",
}
KNOWN = {"AES256", "aws:kms"}
ISO = "%Y-%m-%dT%H:%M:%S.000Z"


class Api:
    """One request and its answer."""

    def __init__(self, server: "S3Server", request: web.Request) -> None:
        path = unquote(request.raw_path.partition("?")[0])
        self.server, self.request = server, request
        _, self.bucket, *rest = path.split("/", 2)
        self.key = rest[0] if rest else ""
        self.operation = self._operation()

    def _operation(self) -> str:
        query, method = self.request.query, self.request.method
        if not self.key:
            if method == "GET":
                wanted = "ListMultipartUploads" if "uploads" in query else "ListObjectsV2"
                return wanted if "uploads" in query or query.get("list-type") == "2" else "Unknown"
            return {"HEAD": "HeadBucket"}.get(method) or ("DeleteObjects" if "delete" in query else "Unknown")
        if "uploadId" in query:
            parts = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}
            return parts.get(method, "Unknown")
        if method == "POST":
            return "CreateMultipartUpload" if "uploads" in query else "Unknown"
        whole = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
        return whole.get(method, "Unknown")

    async def answer(self, trouble: Trouble) -> web.StreamResponse:
        server = self.server
        payload = verify(self.request, server.account, server.now())
        if self.bucket != server.bucket:
            raise Refused("NoSuchBucket")
        if self.operation in server.denied:
            raise Refused("AccessDenied")
        self._understood()
        pieces = arriving(self.request, trouble)
        self._body = await server.shelf.receive(self.request, payload, pieces) if self.request.body_exists else None
        if self.operation in ("GetObject", "HeadObject"):
            return await self._read(trouble.cut_at)
        return getattr(self, f"_{_snake(self.operation)}")()

    def _understood(self) -> None:
        headers = self.request.headers
        if self.operation == "Unknown" or "x-amz-copy-source" in headers or "x-amz-trailer" in headers:
            raise Refused("NotImplemented")
        if not self.server.crc and any(name.lower().startswith("x-amz-checksum") for name in headers):
            raise Refused("NotImplemented")
        wanted = headers.get("x-amz-server-side-encryption")
        if wanted and not self.server.encryption:
            raise Refused("NotImplemented")
        if wanted and wanted not in KNOWN:
            raise Refused("InvalidArgument", "The encryption method specified is not supported")

    # --- one object -----------------------------------------------------------------------------------------------

    def _put_object(self) -> web.Response:
        if self.request.content_length is None:
            raise Refused("MissingContentLength")
        body = self._body or self.server.shelf.empty()
        self.server.shelf.keep(
            self.key,
            Stored(
                path=body.path,
                size=body.size,
                etag=body.etag,
                media_type=self.request.headers.get("Content-Type", "binary/octet-stream"),
                modified=self.server.now(),
                encryption=self._encryption(),
            ),
        )
        return web.Response(headers={"ETag": body.etag})

    def _delete_object(self) -> web.Response:
        self.server.shelf.remove(self.key)
        return web.Response(status=204)

    async def _read(self, cut_at: int | None) -> web.StreamResponse:
        stored = self.server.shelf.objects.get(self.key)
        if stored is None:
            raise Refused("NoSuchKey")
        if self.request.headers.get("If-Match", stored.etag) != stored.etag:
            raise Refused("PreconditionFailed")
        part = self._range(stored.size)
        headers = {
            "ETag": stored.etag,
            "Content-Type": stored.media_type,
            "Last-Modified": stored.modified.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "Accept-Ranges": "bytes",
            "x-amz-server-side-encryption": stored.encryption,
        }
        headers |= {
            header: self.request.query[name] for name, header in OVERRIDES.items() if name in self.request.query
        }
        if part is not None:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{stored.size}"
        response = web.StreamResponse(status=200 if part is None else 206, headers=headers)
        return await self._stream(response, stored, range(stored.size) if part is None else part, cut_at)

    async def _stream(
        self, response: web.StreamResponse, stored: Stored, part: range, cut_at: int | None
    ) -> web.StreamResponse:
        response.content_length = len(part)
        await response.prepare(self.request)
        if self.request.method == "HEAD":
            return response
        left = len(part) if cut_at is None else min(cut_at, len(part))
        with stored.path.open("rb") as file:
            file.seek(part.start)
            while piece := file.read(min(PIECE, left)):
                left -= len(piece)
                await response.write(piece)
        if cut_at is not None and cut_at < len(part) and self.request.transport:
            self.request.transport.close()
        return response

    def _range(self, size: int) -> range | None:
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", self.request.headers.get("Range", ""))
        if not found or found[0] == "bytes=-":
            return None
        first, last = found.groups()
        start = int(first) if first else max(0, size - int(last))
        stop = min(size, int(last) + 1) if first and last else size
        if start >= size or stop <= start:
            raise Refused("InvalidRange")
        return range(start, stop)

    # --- parts ----------------------------------------------------------------------------------------------------

    def _create_multipart_upload(self) -> web.Response:
        upload = Upload(
            id=secrets.token_urlsafe(24),
            key=self.key,
            media_type=self.request.headers.get("Content-Type", "binary/octet-stream"),
            encryption=self._encryption(),
            begun=self.server.now(),
        )
        self.server.shelf.uploads[upload.id] = upload
        return _xml(
            "InitiateMultipartUploadResult",
            f"<Bucket>{self.bucket}</Bucket><Key>{escape(self.key)}</Key><UploadId>{upload.id}</UploadId>",
        )

    def _upload_part(self) -> web.Response:
        upload = self._upload()
        body = self._body or self.server.shelf.empty()
        self.server.shelf.add_part(upload, self.request.query.get("partNumber", ""), body)
        return web.Response(headers={"ETag": body.etag})

    def _complete_multipart_upload(self) -> web.Response:
        upload = self._upload()
        named = [(int(_text(part, "PartNumber")), _text(part, "ETag")) for part in self._parsed().iterfind("{*}Part")]
        stored = self.server.shelf.complete(upload, named, self.server.now(), equal=self.server.equal_parts)
        return _xml("CompleteMultipartUploadResult", f"<Key>{escape(self.key)}</Key><ETag>{stored.etag}</ETag>")

    def _abort_multipart_upload(self) -> web.Response:
        self.server.shelf.abort(self._upload())
        return web.Response(status=204)

    def _list_multipart_uploads(self) -> web.Response:
        query, page = self.request.query, self.server.page
        found = sorted(self.server.shelf.uploads.values(), key=lambda each: (each.key, each.begun, each.id))
        found = [each for each in found if each.key.startswith(query.get("prefix", ""))]
        marker = (query.get("key-marker", ""), query.get("upload-id-marker", ""))
        if marker[0]:
            ids = [(each.key, each.id) for each in found]
            after = ids.index(marker) + 1 if marker in ids else sum(key <= marker[0] for key, _ in ids)
            found = found[after:]
        shown, more = found[:page], len(found) > page
        inner = "".join(
            f"<Upload><Key>{_name(each.key, query)}</Key><UploadId>{each.id}</UploadId>"
            f"<Initiated>{each.begun.strftime(ISO)}</Initiated></Upload>"
            for each in shown
        )
        if more:
            last = shown[-1]
            inner += f"<NextKeyMarker>{last.key}</NextKeyMarker><NextUploadIdMarker>{last.id}</NextUploadIdMarker>"
        return _xml("ListMultipartUploadsResult", f"<IsTruncated>{str(more).lower()}</IsTruncated>{inner}")

    # --- many objects ---------------------------------------------------------------------------------------------

    def _head_bucket(self) -> web.Response:
        return web.Response(headers={"x-amz-bucket-region": self.server.account.region})

    def _list_objects_v2(self) -> web.Response:
        query = self.request.query
        page = min(self.server.page, int(query.get("max-keys", AT_ONCE)))
        after = bytes.fromhex(query.get("continuation-token", "")).decode() or query.get("start-after", "")
        keys = sorted(key for key in self.server.shelf.objects if key.startswith(query.get("prefix", "")))
        keys = [key for key in keys if key > after]
        shown, more = keys[:page], len(keys) > page
        inner = f"<IsTruncated>{str(more).lower()}</IsTruncated><KeyCount>{len(shown)}</KeyCount>"
        if more:
            inner += f"<NextContinuationToken>{shown[-1].encode().hex()}</NextContinuationToken>"
        if query.get("encoding-type"):
            inner += f"<EncodingType>{query['encoding-type']}</EncodingType>"
        for key in shown:
            stored = self.server.shelf.objects[key]
            facts = f"<Size>{stored.size}</Size><LastModified>{stored.modified:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            inner += f"<Contents><Key>{_name(key, query)}</Key>{facts}</Contents>"
        return _xml("ListBucketResult", inner)

    def _delete_objects(self) -> web.Response:
        if not self.server.bulk:
            raise Refused("NotImplemented")
        headers = self.request.headers
        if "Content-MD5" not in headers and not any(name.lower().startswith("x-amz-checksum-") for name in headers):
            raise Refused("InvalidRequest", "Missing required header for this request: Content-MD5")
        keys = [_text(each, "Key") for each in self._parsed().iterfind("{*}Object")]
        if not 1 <= len(keys) <= AT_ONCE:
            raise Refused("MalformedXML")
        for key in keys:
            self.server.shelf.remove(key)
        return _xml("DeleteResult", "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys))

    # --- small things ---------------------------------------------------------------------------------------------

    def _upload(self) -> Upload:
        return self.server.shelf.upload(self.request.query["uploadId"], self.key)

    def _encryption(self) -> str:
        return self.request.headers.get("x-amz-server-side-encryption", "AES256")

    def _parsed(self) -> ElementTree.Element:
        try:
            return ElementTree.fromstring(self._body.path.read_bytes() if self._body else b"")
        except ElementTree.ParseError:
            raise Refused("MalformedXML") from None


def _text(element: ElementTree.Element, name: str) -> str:
    found = element.find(f"{{*}}{name}")
    if found is None or not found.text:
        raise Refused("MalformedXML")
    return found.text


def _xml(root: str, inner: str) -> web.Response:
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{namespace}">{inner}</{root}>'
    return web.Response(body=text.encode(), content_type="application/xml")


def _name(key: str, query: object) -> str:
    encoded = getattr(query, "get", lambda _: None)("encoding-type") == "url"
    return quote(key, safe="/-_.~") if encoded else escape(key)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
