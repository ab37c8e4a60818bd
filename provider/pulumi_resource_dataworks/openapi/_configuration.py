"""Settings out of a user's configuration and environment, with every fault in the user's own words."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from ._endpoint import REGION_REQUIRED
from ._errors import SettingProblem, SettingsError
from ._settings import Settings

_ENVIRONMENT: Mapping[str, Sequence[str]] = {
    "region": ("ALIBABA_CLOUD_REGION_ID", "ALIBABA_CLOUD_REGION", "ALICLOUD_REGION"),
    "endpoint": ("ALIBABA_CLOUD_DATAWORKS_ENDPOINT",),
}
_ENVIRONMENT_PAIR: Mapping[str, Sequence[str]] = {
    "accessKey": ("ALIBABA_CLOUD_ACCESS_KEY_ID",),
    "secretKey": ("ALIBABA_CLOUD_ACCESS_KEY_SECRET",),
    "securityToken": ("ALIBABA_CLOUD_SECURITY_TOKEN",),
}
_ENVIRONMENT_SOURCES: Mapping[str, Sequence[str]] = {
    "profile": ("ALIBABA_CLOUD_PROFILE", "ALICLOUD_PROFILE"),
    "ecsRoleName": ("ALICLOUD_ECS_ROLE_NAME",),
    "credentialsUri": ("ALIBABA_CLOUD_CREDENTIALS_URI",),
}
_PAIR = ("accessKey", "secretKey", "securityToken")
_SOURCES = (*_PAIR, "profile", "sharedCredentialsFile", "ecsRoleName", "credentialsUri", "assumeRoleWithOidc")
_OBJECTS = frozenset({"assumeRole", "assumeRoleWithOidc"})
_SECRETS = {"secretKey", "securityToken", "accessKey"}


def read_settings(config: Mapping[str, object], env: Mapping[str, str]) -> Settings:
    """Return the settings, or raise SettingsError with all problems. See `Settings.from_config`."""
    problems = _unknown_keys(config)
    values = _decode({key: config[key] for key in config if key in Settings.config_keys()}, problems)
    origins = _add_environment(values, env)
    problems += _pair_problems(values, origins)
    problems += _missing_region(values)
    settings = _build(values, origins, problems)
    if settings is None or problems:
        raise SettingsError(problems)
    return settings


def _unknown_keys(config: Mapping[str, object]) -> list[SettingProblem]:
    known = sorted(Settings.config_keys())
    problems: list[SettingProblem] = []
    for key in sorted(set(config).difference(known)):
        near = get_close_matches(to_camel(key), known, n=2)
        advice = f"did you mean {' or '.join(near)}?" if near else f"the settings are {', '.join(known)}"
        problems.append(SettingProblem(_name(key), f"there is no such setting; {advice}"))
    return problems


def _decode(config: Mapping[str, object], problems: list[SettingProblem]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, given in config.items():
        value = _object(key, given, problems) if key in _OBJECTS else given
        cleaned = _clean(value)
        if cleaned is not None:
            values[key] = cleaned
    return values


def _object(key: str, given: object, problems: list[SettingProblem]) -> object:
    if not isinstance(given, str) or not given.strip():
        return given
    try:
        return json.loads(given)
    except ValueError:
        message = f"is an object; set its fields with `pulumi config set --path {_name(key)}.roleArn <arn>`"
        problems.append(SettingProblem(_name(key), message))
        return None


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Mapping):
        cleaned = {str(key): _clean(inner) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return {key: inner for key, inner in cleaned.items() if inner is not None} or None
    return value


def _add_environment(values: dict[str, Any], env: Mapping[str, str]) -> dict[str, str]:
    """Fill what the configuration leaves open; return which variable each such value is from."""
    table = dict(_ENVIRONMENT)
    if not any(key in values for key in _SOURCES):
        table |= {**_ENVIRONMENT_PAIR, **_ENVIRONMENT_SOURCES}
    origins: dict[str, str] = {}
    for key, variables in table.items():
        found = next((name for name in variables if env.get(name, "").strip()), None)
        if key not in values and found is not None:
            values[key] = env[found].strip()
            origins[key] = found
    return origins


def _pair_problems(values: Mapping[str, Any], origins: Mapping[str, str]) -> list[SettingProblem]:
    present = [key for key in _PAIR if key in values]
    missing = [key for key in ("accessKey", "secretKey") if key not in values]
    if not present or not missing:
        return []
    from_environment = present[0] in origins
    given = " and ".join(_label(key, origins) for key in present)
    return [_half_pair(key, given, from_environment) for key in missing]


def _half_pair(key: str, given: str, from_environment: bool) -> SettingProblem:
    if from_environment:
        return SettingProblem(
            _name(key), f"{given} is set without {_ENVIRONMENT_PAIR[key][0]}; set both or neither"
        )
    secret = " --secret" if key in _SECRETS else ""
    message = f"{given} is set without it; run `pulumi config set{secret} {_name(key)} <value>`"
    return SettingProblem(
        _name(key), f"{message} (a key pair is taken whole from one place, never half from each)"
    )


def _missing_region(values: Mapping[str, Any]) -> list[SettingProblem]:
    if "region" in values or "endpoint" in values:
        return []
    return [SettingProblem(_name("region"), REGION_REQUIRED)]


def _build(
    values: Mapping[str, Any], origins: Mapping[str, str], problems: list[SettingProblem]
) -> Settings | None:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        problems.extend(_explained(detail, origins) for detail in details)
        return None


def _explained(detail: ErrorDetails, origins: Mapping[str, str]) -> SettingProblem:
    path = [str(part) for part in detail["loc"]]
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = "there is no such field"
    elif detail["type"] == "missing":
        message = f"is required: run `pulumi config set --path {_name('.'.join(path))} <value>`"
    variable = origins.get(path[0])
    return SettingProblem(_name(".".join(path)), f"{message} (from {variable})" if variable else message)


def _label(key: str, origins: Mapping[str, str]) -> str:
    return origins.get(key) or _name(key)


def _name(key: str) -> str:
    return f"dataworks:{key}"
