"""The calls about resources and functions: from the wire to the lifecycle and back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import grpc
import grpc.aio
from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.message import Message

from pulumi_resource_dataworks import lifecycle, openapi
from pulumi_resource_dataworks._engine import EngineLog, StepReporter
from pulumi_resource_dataworks._front import Front, describe_defect, read_settings
from pulumi_resource_dataworks._names import PLACE, printable
from pulumi_resource_dataworks._protocol import provider_pb2, status_pb2

from ._wire import (
    Properties,
    changed_scripts,
    decode,
    decode_some,
    encode,
    holds_secret,
    is_marked_inside,
    with_nodes,
)

_MODULE = "dataworks:index:"
_SCRIPT = "spec.spec.workflows[0].nodes[{}].script.content"
_SECRET_SETTINGS = frozenset(
    {"accessKey", "secretKey", "securityToken", "credentialsUri", "assumeRole", "assumeRoleWithOidc"}
)
_ENGINE_SETTINGS = frozenset({"version", "pluginDownloadURL", "pluginChecksums"})
_KINDS = {
    "add": provider_pb2.PropertyDiff.ADD,
    "update": provider_pb2.PropertyDiff.UPDATE,
    "replace": provider_pb2.PropertyDiff.UPDATE_REPLACE,
    "delete": provider_pb2.PropertyDiff.DELETE,
}

Context = grpc.aio.ServicerContext[Any, Any]

LARGEST_STATE = 11_000_000
"""Bytes of outputs that an engine takes with an error, for certain. More than 12,582,912 with all that is around them (16 MiB as
base64, grpc-go's limit for headers) break the connection, and every step that runs is lost (measured with engine 3.276)."""

_LONGEST_TEXT = 20_000
"""Characters of an error, which takes up to 17 bytes for each of that."""

_CODES: tuple[tuple[type[Exception], grpc.StatusCode], ...] = (
    (lifecycle.CancelledStepError, grpc.StatusCode.CANCELLED),
    (lifecycle.RefusedError, grpc.StatusCode.ALREADY_EXISTS),
    (lifecycle.LifecycleError, grpc.StatusCode.FAILED_PRECONDITION),
    (openapi.SettingsError, grpc.StatusCode.INVALID_ARGUMENT),
    (openapi.RequestNotSent, grpc.StatusCode.UNAVAILABLE),
    (openapi.AnswerLost, grpc.StatusCode.UNAVAILABLE),
    (openapi.DataWorksError, grpc.StatusCode.FAILED_PRECONDITION),
)
"""Never UNKNOWN, INTERNAL or DATA_LOSS: those make the engine doubt its state."""

_SMALL = LARGEST_STATE // 4
"""Bytes of inputs whose outputs surely can be saved; those of more are worked out."""
_NOTHING = Properties()
"""The state of a resource that is not there yet."""


class Steps(Front):
    """The resources and functions of one run."""

    def __init__(self, log: EngineLog, cancelled: asyncio.Event) -> None:
        super().__init__(log, cancelled)
        self._functions = lifecycle.Functions(self._learnt)
        self._stateless = False

    async def check_config(self, request: Any, _: Context) -> Any:
        """Checks the form of the settings; what is not known yet is left for later."""
        found = decode(request.news)
        failures: list[Any] = []
        if not any(map(_has_unknown, found.values.values())):
            try:
                read_settings(_own_settings(found.values))
            except openapi.SettingsError as error:
                failures = check_failures(map(str, error.problems))
        failures += check_failures(
            f"dataworks:{path[0]}: a setting cannot hold {item.what}. Give its text instead."
            for path, item in lifecycle.odd_values(found.values)
            if isinstance(item, lifecycle.UnsupportedValue)
        )
        if failures:
            return provider_pb2.CheckResponse(inputs=request.news, failures=failures)
        secrets = found.secrets | (_SECRET_SETTINGS & found.values.keys())
        return provider_pb2.CheckResponse(inputs=encode(found.values, secrets))

    async def diff_config(self, request: Any, _: Context) -> Any:
        """Another region has other workspaces; another key or endpoint reaches the same ones."""
        olds, news = decode(request.old_inputs or request.olds).values, decode(request.news).values
        old, new = olds.get("region"), news.get("region")
        changed = sorted(key for key in {*olds, *news} if olds.get(key) != news.get(key))
        moves = bool(old and new and old != new and not _has_unknown(new))
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=changed,
            replaces=["region"] if moves else [],
        )

    async def configure(self, request: Any, _: Context) -> Any:
        """Takes the settings of a run that begins."""
        settings = await self._take_settings(_own_settings(decode(request.args).values))
        self._functions = lifecycle.Functions(self._learnt)
        # `pulumi do --stateless` (3.259, 3.276): a provider without a name, and one URN for every resource of a type.
        self._stateless = self._log.quiet = request.urn.endswith("::")
        for warning in settings.warnings:
            StepReporter(self._log, "").warning(warning)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=False
        )

    async def check(self, request: Any, _: Context) -> Any:
        """Validates a resource's inputs; those that are as the last run left them go back as they came."""
        steps = self._kind(request).steps
        definitions = steps if isinstance(steps, lifecycle.WorkflowDefinitions) else None
        if definitions:
            definitions.has(request.urn, decode_some(request.old_outputs, lifecycle.HELD))
            if request.news.ByteSize() <= _SMALL and _is_right(definitions, request):
                named = decode_some(request.news, lifecycle.NAMING)
                if not definitions.declare(request.urn, named["projectId"], named["spec"]):
                    return provider_pb2.CheckResponse(inputs=request.news)
        olds = decode(request.olds)
        news = decode(request.news, (request.olds, olds))
        given: Mapping[str, Any] = news.values
        if self._stateless and isinstance(steps, lifecycle.StudioObjects):
            given = steps.kind.patched(given, olds.values)
        found = steps.check(request.urn, given, olds.values or None)
        reporter = StepReporter(self._log, request.urn)
        for warning in found.warnings:
            reporter.warning(warning)
        if failures := check_failures(found.failures):
            return provider_pb2.CheckResponse(inputs=request.news, failures=failures)
        is_plain = found.document is not None and not is_marked_inside(request.news)
        kept = is_plain and all(
            found.inputs.get(key) is value and not isinstance(value, lifecycle.Unknown)
            for key, value in news.values.items()
        )
        inputs = request.news if kept else encode(found.inputs, news.secrets)
        size = inputs.ByteSize()
        if size > _SMALL:
            if definitions and found.document is not None:
                size = encode(definitions.foreseen(request.urn, found.inputs)).ByteSize()
            failures = check_failures(_too_large(size))
        return provider_pb2.CheckResponse(inputs=inputs, failures=failures)

    async def diff(self, request: Any, _: Context) -> Any:
        """Compares a resource's old inputs with its new ones."""
        kind = self._kind(request)
        steps = kind.steps
        self._place.refuse_others(decode_some(request.olds, {PLACE: {"region": None, "host": None}}))
        if isinstance(steps, lifecycle.WorkflowDefinitions) and (found := _at_a_glance(request)):
            steps.hold(request.urn, request.id, decode_some(request.olds, lifecycle.HOLDING))
            return _diff_response(found)
        sent = request.old_inputs if request.HasField("old_inputs") else request.olds
        olds = decode(sent)
        news, state = decode(request.news, (sent, olds)), decode(request.olds, (sent, olds))
        ignored = tuple(request.ignoreChanges)
        change = lifecycle.Change(
            request.id, olds.values, state.values, news.values, ignored, stateless=self._stateless
        )
        found = steps.diff(request.urn, change)
        return _diff_response(found)

    async def create(self, request: Any, context: Context) -> Any:
        """Makes what is not there yet."""
        kind, news = self._kind(request), decode(request.properties)
        async with self._step(request, context, news) as step:
            resource_id, outputs = await kind.steps.create(step, news.values)
            properties = self._outputs(kind, outputs, news.secrets)
            return provider_pb2.CreateResponse(id=resource_id, properties=properties)

    async def read(self, request: Any, context: Context) -> Any:
        """Reads what the service holds; an empty ID says that it is gone."""
        kind = self._kind(request)
        state, inputs = decode(request.properties), decode(request.inputs)
        secrets = state.secrets | inputs.secrets
        async with self._step(request, context, Properties(inputs.values, secrets), state) as step:
            found = await kind.steps.read(step, request.id, inputs.values, state.values)
            if found is None:
                return provider_pb2.ReadResponse(id="")
            return provider_pb2.ReadResponse(
                id=request.id,
                inputs=encode(found[0], secrets),
                properties=self._outputs(kind, found[1], secrets),
            )

    async def update(self, request: Any, context: Context) -> Any:
        """Makes what is there into what is declared."""
        kind, state, news = self._kind(request), decode(request.olds), decode(request.news)
        olds = decode(request.old_inputs).values if request.HasField("old_inputs") else state.values
        async with self._step(request, context, news, state) as step:
            change = lifecycle.Change(request.id, olds, state.values, news.values, stateless=self._stateless)
            outputs = await kind.steps.update(step, change)
            return provider_pb2.UpdateResponse(properties=self._outputs(kind, outputs, news.secrets))

    async def delete(self, request: Any, context: Context) -> Any:
        """Deletes what is there."""
        kind, state = self._kind(request), decode(request.properties)
        async with self._step(request, context, state, state) as step:
            await kind.steps.delete(step, request.id, state.values)
        return empty_pb2.Empty()

    async def invoke(self, request: Any, _: Context) -> Any:
        """Answers a function; where an argument is a secret, the whole answer is."""
        given = decode(request.args)
        secret = bool(given.secrets)
        async with self._surroundings("", {}, secret=secret, hides_names=secret) as step:
            answer = await self._functions.invoke(step, request.tok.removeprefix(_MODULE), given.values)
        failures = [
            provider_pb2.CheckFailure(property=failure.argument, reason=printable(failure.reason))
            for failure in answer.failures
        ]
        values = encode(answer.values, answer.values if secret else ())
        return provider_pb2.InvokeResponse(failures=failures, **{"return": values})

    async def resources(self, request: Any, _: Context) -> list[Any]:
        """Lists a page of resources, the continuation last; or says that the query is not known yet."""
        self._resource_type(request.token)
        resource, secret = request.token.removeprefix(_MODULE), holds_secret(request)
        wanted = lifecycle.Wanted(request.continuation_token, request.limit, request.page_size)
        async with self._surroundings("", {}, secret=secret, hides_names=secret) as step:
            page = await self._functions.resources(step, resource, decode(request.query).values, wanted)
        if page is None:
            return [provider_pb2.ListResponse(computed=provider_pb2.ListResponse.Computed())]
        found = [provider_pb2.ListResponse.Result(id=own, name=name) for own, name in page.resources]
        more = provider_pb2.ListResponse.Continuation(continuation_token=page.token)
        return [
            *(provider_pb2.ListResponse(result=one) for one in found),
            provider_pb2.ListResponse(continuation=more),
        ]

    @asynccontextmanager
    async def _step(
        self, request: Any, context: Context, inputs: Properties, state: Properties = _NOTHING
    ) -> AsyncGenerator[lifecycle.Context]:
        """The surroundings of one step; one that ends half done hands the engine what is known of the resource."""
        secret, preview = holds_secret(request), getattr(request, "preview", False)
        more = {
            "timeout": getattr(request, "timeout", 0.0) or None,
            "preview": preview,
            "ignore_changes": tuple(getattr(request, "ignoreChanges", ())),
            "stateless": self._stateless,
        }
        try:
            async with self._surroundings(request.urn, state.values, secret=secret, **more) as step:
                yield step
        except lifecycle.HalfDoneError as error:
            text, hidden = str(error), self._kind(request).hidden(inputs.secrets | state.secrets)
            # Not by `_outputs`: what it cannot encode must not take the half-done resource with it.
            outputs = encode(self._place.noted(error.outputs), hidden)
            if error.defect:
                text = describe_defect(error.defect, self._log, request.urn, secret=secret)
                text += ". The next `pulumi up` goes on from here"
            if error.awaits and self._log.may_await:
                StepReporter(self._log, request.urn).warning(text)
            await self._log.flush()
            await half_done(context, error, outputs, text)
        finally:
            if not preview:
                self._functions.forget_workflows()

    def _kind(self, request: Any) -> lifecycle.ResourceType:
        """A child's URN has its parents' types before its own: `my:mod:Comp$dataworks:index:WorkflowDefinition`."""
        token = request.type or [*request.urn.split("::"), "", ""][2].rsplit("$", 1)[-1]
        return self._resource_type(token)

    def _resource_type(self, token: str) -> lifecycle.ResourceType:
        kind = self._resource_types.get(token.removeprefix(_MODULE))
        if kind is None:
            known = ", ".join(f"{_MODULE}{name}" for name in self._resource_types)
            raise lifecycle.LifecycleError(f"this provider has no resource {token}, only {known}")
        return kind

    def _outputs(
        self, kind: lifecycle.ResourceType, values: Mapping[str, Any], secrets: Iterable[str]
    ) -> Any:
        return encode(self._place.noted(values), kind.hidden(secrets))


def _own_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in config.items()
        if key not in _ENGINE_SETTINGS and not key.startswith("__")
    }


def _is_right(steps: lifecycle.WorkflowDefinitions, request: Any) -> bool:
    """Whether inputs that Pulumi already holds come again, or with other scripts that are right by themselves."""
    if not (request.HasField("olds") and "spec" in request.olds.fields):
        return False
    if request.olds == request.news:
        return True
    places = changed_scripts(request.olds, request.news)
    return places is not None and steps.is_right(with_nodes(request.news, places))


def _too_large(size: int) -> list[str]:
    """Refuses what could not be saved if its step ended half done; where all is known, by the outputs that it would have."""
    if size <= LARGEST_STATE:
        return []
    text = f"the resource takes {size:,} bytes in the state, and Pulumi can save {LARGEST_STATE:,} bytes of one whose step has"
    return [f"{text} failed. Make several workflows of it, or keep long scripts and data elsewhere."]


def _at_a_glance(request: Any) -> lifecycle.Difference | None:
    """How the inputs differ from what was sent last, where that is in scripts alone or in nothing; else None."""
    old, new = request.old_inputs, request.news
    if request.ignoreChanges or old.fields["spec"] != request.olds.fields["spec"]:
        return None
    places = [] if old == new else changed_scripts(old, new)
    if places is None:
        return None
    return lifecycle.Difference({_SCRIPT.format(place): "update" for place in places})


def _diff_response(found: lifecycle.Difference) -> Any:
    detail = {
        key: provider_pb2.PropertyDiff(kind=_KINDS[kind], inputDiff=True)
        for key, kind in found.changes.items()
    }
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if detail else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({re.split(r"[.\[]", key, maxsplit=1)[0] for key in detail}),
        replaces=found.replaces,
        detailedDiff=detail,
        hasDetailedDiff=bool(detail),
        deleteBeforeReplace=found.delete_before_replace,
    )


def _has_unknown(value: Any) -> bool:
    return isinstance(value, lifecycle.Unknown) or (
        isinstance(value, dict) and any(map(_has_unknown, value.values()))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    )


# --- Errors as the engine takes them: one readable text, the right code, and the state of what is half done


async def fail(context: Context, error: Exception, log: EngineLog, request: Any) -> NoReturn:
    """Ends a call with an error of ours, or with one line about a defect."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            await context.abort(code, printable(str(error), lines=True))
    text = describe_defect(error, log, getattr(request, "urn", ""), secret=holds_secret(request))
    await log.flush()
    await context.abort(grpc.StatusCode.FAILED_PRECONDITION, text)


def check_failures(reasons: Iterable[str]) -> list[provider_pb2.CheckFailure]:
    """What is wrong with inputs, for the engine."""
    return [provider_pb2.CheckFailure(reason=printable(reason, lines=True)) for reason in reasons]


async def half_done(
    context: Context, error: lifecycle.HalfDoneError, outputs: struct_pb2.Struct, text: str
) -> NoReturn:
    """Ends a call with what is known of a resource that is half done: the engine saves it, and goes on from there.

    Without inputs: the engine keeps its own (3.276: those that it sent to Create, the old ones after Update and Read), and
    what it takes in this way is limited (`LARGEST_STATE`).

    An engine takes the first detail that it knows. One that knows how to await saves nothing (3.276), and shows no text.
    """
    text = printable(text, lines=True)[:_LONGEST_TEXT]
    details: list[Message] = [provider_pb2.ErrorResourceAwaitFailed()] if error.awaits else []
    details.append(provider_pb2.ErrorResourceInitFailed(id=error.id, properties=outputs, reasons=[text]))
    code = grpc.StatusCode.FAILED_PRECONDITION
    status = status_pb2.Status(code=code.value[0], message=text)
    for detail in details:
        status.details.add().Pack(detail)  # pyright: ignore[reportUnknownMemberType] - the stubs leave the message open
    metadata = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(code, text, metadata)
