"""From accepted calls to steps: which models may make each, what it waits for, and what it costs at most."""

from core.agent.catalogue import Catalogue, Model
from core.agent.loop import Accepted, Judged, Known, makes, named_refs, source_of
from core.agent.tools import GenerateSpeech
from core.creation.ordering import highest_price
from core.creation.titles import step_title
from core.providers.base import Kind
from storage.creations import Snapshot
from storage.ledger import Hold
from storage.tables import Asset, Creation, Step, new_id


class Drafting:
    """Writes steps. Pure: the same calls give the same steps, but for their ids."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def steps(self, rows: Snapshot, turn: int, judged: Judged, there: dict[str, Known]) -> list[Step]:
        """A step per accepted call, in the planner's order."""
        made: dict[int, Known] = {}
        ids: dict[int, str] = {}
        steps = []
        for number, accepted in enumerate(judged.accepted, start=len(rows.steps)):
            source = source_of(accepted, there, made)
            kind = makes(accepted, source)
            step = self._step(rows.creation, accepted, kind, source)
            step.turn, step.index = turn, number
            step.needs = [ids[position] for position in accepted.needs]
            ids[accepted.position] = step.id
            made[accepted.position] = Known(kind, self._length(step))
            steps.append(step)
        return steps

    def hold(self, step: Step) -> Hold:
        """The highest price among the models that may be asked, so that a fallback never costs more than was shown."""
        models = [self._catalogue.model(model_id) for model_id in step.candidates]
        most = max(highest_price(model, step.arguments, step.source_s) for model in models)
        return Hold(step.id, models[0].provider, models[0].id, most)

    def likely_micros(self, step: Step) -> int:
        """The price of the model that is asked first."""
        return highest_price(self._catalogue.model(step.candidates[0]), step.arguments, step.source_s)

    def _step(self, creation: Creation, accepted: Accepted, kind: Kind, source: Known | None) -> Step:
        models = self._models(creation, accepted, kind)
        arguments = accepted.arguments.model_dump(exclude_none=True)
        spoken = isinstance(accepted.arguments, GenerateSpeech)
        if creation.options.get("exact_words") and "prompt" in arguments and not spoken:
            arguments["prompt"] = creation.prompt
        return Step(
            id=new_id(),
            creation_id=creation.id,
            user_id=creation.user_id,
            turn=0,
            index=0,
            call_id=accepted.call.id,
            tool=accepted.spec.name,
            arguments=arguments,
            title=step_title(accepted.spec.name, arguments),
            kind=kind,
            provider=models[0].provider,
            model=models[0].id,
            candidates=[each.id for each in models],
            source_s=source.duration_s if source else 0,
            estimate_s=models[0].usual_s(arguments.get("duration_s")),
        )

    def _models(self, creation: Creation, accepted: Accepted, kind: Kind) -> tuple[Model, ...]:
        arguments = accepted.arguments.model_dump()
        return self._catalogue.route(
            accepted.spec.name,
            kind,
            wanted=creation.options.get("model") or _usual(creation, kind),
            style=arguments.get("style"),
            transparent=bool(arguments.get("transparent")),
            inputs=sum(1 for name, _ in named_refs(accepted.spec, arguments) if name != "mask"),
        )

    def _length(self, step: Step) -> float | None:
        """How long the result will be, at most; of a picture nothing."""
        if step.kind != Kind.VIDEO:
            return 0
        model = self._catalogue.model(step.candidates[0])
        return (step.source_s or 0) + float(step.arguments.get("duration_s") or model.default_duration_s)


def _usual(creation: Creation, kind: Kind) -> str | None:
    """The model that the workspace prefers for this kind."""
    models = creation.options.get("rules", {}).get("models", {})
    return str(models[kind]) if kind in models else None


def known(asset: Asset) -> Known:
    """What calls may know of a stored asset."""
    moves = asset.media_type.startswith("video/")
    return Known(Kind.VIDEO if moves else Kind(asset.kind), asset.duration_s or 0)
