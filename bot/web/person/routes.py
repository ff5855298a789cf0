"""The table of what programs may ask about the person who asks."""

from bot.web.person import exports, me
from bot.web.person.shapes import CodeOut, ExportIn, ForgetIn, JoinedOut, JoinIn, ReceiptOut
from bot.web.route import Route

PERSON = (
    Route(
        method="POST",
        path="/api/v1/exports",
        name="export",
        summary="A zip of up to 1,000 assets with a manifest of their recipes, sent while it is made.",
        handler=exports.chosen,
        body=ExportIn,
        answer=exports.ZIP,
        errors=(404,),
    ),
    Route(
        method="GET",
        path="/api/v1/me/export",
        name="export_everything",
        summary="A zip of everything that Easel has of the person who asks.",
        handler=exports.everything,
        answer=exports.ZIP,
    ),
    Route(
        method="POST",
        path="/api/v1/me/forget",
        name="forget",
        summary="Delete everything of the person who asks, for good; the answer is a receipt.",
        handler=me.forget,
        body=ForgetIn,
        answer=ReceiptOut,
        errors=(404,),
    ),
    Route(
        method="POST",
        path="/api/v1/me/join-code",
        name="join_code",
        summary="A code, good once for ten minutes, that makes another account this person's.",
        handler=me.join_code,
        answer=CodeOut,
    ),
    Route(
        method="POST",
        path="/api/v1/me/join",
        name="join",
        summary="Become the person who was shown this code: one gallery, one budget.",
        handler=me.join,
        body=JoinIn,
        answer=JoinedOut,
        errors=(409,),
    ),
)
