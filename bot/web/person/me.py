"""Being forgotten, and being one person on two platforms."""

from dataclasses import asdict

from aiohttp import web

from bot.web.body import answer, read_body
from bot.web.context import USER, WEB
from bot.web.person.shapes import CONFIRM, CodeOut, ForgetIn, JoinedOut, JoinIn, ReceiptOut
from core.errors import Invalid
from storage.joining import CODE_LIFE


async def forget(request: web.Request) -> web.Response:
    """`POST /api/v1/me/forget`: for good; begun once, it goes on also if nobody waits for the answer."""
    if (await read_body(request, ForgetIn)).confirm != CONFIRM:
        raise Invalid(f"To delete everything for good, send `confirm` as `{CONFIRM}`.", "not_confirmed")
    receipt = await request.app[WEB].studio.forget(request[USER])
    return answer(ReceiptOut.model_validate(asdict(receipt)))


async def join_code(request: web.Request) -> web.Response:
    """`POST /api/v1/me/join-code`: a new code; an earlier one counts no more."""
    code = await request.app[WEB].joining.code(request[USER])
    return answer(CodeOut(code=code, good_for_s=round(CODE_LIFE.total_seconds())))


async def join(request: web.Request) -> web.Response:
    """`POST /api/v1/me/join`: become the person who was shown the code."""
    code = (await read_body(request, JoinIn)).code
    joined = await request.app[WEB].joining.join(request[USER], code)
    return answer(JoinedOut(platforms=list(joined.platforms)))
