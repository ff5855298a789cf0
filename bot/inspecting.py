"""`easel inspect`: what a file is, told in a few lines."""

from pathlib import Path

from rich.console import Console

from bot.app import App
from bot.web.provenance.shapes import report_out
from bot.web.shapes import Links
from core.errors import Invalid
from core.provenance.inspection import Finding, Report

COLOURS = {Finding.SAME: "green", Finding.MADE_HERE: "green", Finding.ALIKE: "yellow"}


async def inspect(app: App, file: Path, console: Console, *, as_json: bool) -> None:
    """Tell the person at this machine what a file is. Nothing of it is kept.

    Raises:
        Invalid: there is no such file.
    """
    if not file.is_file():
        raise Invalid(f"There is no file {file}.")
    places = await app.kept.membership.viewer(app.local_user_id)
    report = await app.provenance.inspection.look_at(app.local_user_id, file, places.workspaces)
    if as_json:
        print(report_out(report, Links(app.settings.public_url or "")).model_dump_json(), flush=True)
        return
    _tell(console, report)


def _tell(console: Console, report: Report) -> None:
    console.print(report.sentence, style=COLOURS.get(report.finding), markup=False, highlight=False)
    for seen in report.sightings:
        by = "" if seen.asset.mine else f" by {seen.asset.author}"
        words = " ".join((seen.asset.asked or seen.asset.prompt).split())
        line = f"  {seen.asset.version or 'upload'}{by}, {seen.asset.created_at:%Y-%m-%d}, /a/{seen.asset.id}  {words}"
        console.print(line[:200], markup=False, highlight=False, soft_wrap=True)
    console.print(report.credentials.sentence, markup=False, highlight=False)
    console.print(f"SHA-256 {report.sha256}", style="dim", markup=False, highlight=False, soft_wrap=True)
