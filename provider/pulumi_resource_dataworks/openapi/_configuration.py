"""Settings out of a user's configuration and environment, with every fault in the user's own words."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from ._errors import SettingProblem, SettingsError
from ._settings import REGION_REQUIRED, Settings

_ENVIRONMENT: Mapping[str, Sequence[str]] = {
    "region": (
        "ALIBABA_CLOUD_REGION_ID",
        "ALIBABA_CLOUD_REGION",
        "ALIBABACLOUD_REGION_ID",
        "ALICLOUD_REGION",
        "ALICLOUD_REGION_ID",
    ),
    "endpoint": ("ALIBABA_CLOUD_DATAWORKS_ENDPOINT",),
}
# The vendor's libraries, its CLI twice, and its Terraform provider: those at one place belong together.
_ENVIRONMENT_PAIR: Mapping[str, Sequence[str]] = {
    "accessKey": (
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABACLOUD_ACCESS_KEY_ID",
        "ALICLOUD_ACCESS_KEY_ID",
        "ALICLOUD_ACCESS_KEY",
    ),
    "secretKey": (
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABACLOUD_ACCESS_KEY_SECRET",
        "ALICLOUD_ACCESS_KEY_SECRET",
        "ALICLOUD_SECRET_KEY",
    ),
    "securityToken": (
        "ALIBABA_CLOUD_SECURITY_TOKEN",
        "ALIBABACLOUD_SECURITY_TOKEN",
        "ALICLOUD_SECURITY_TOKEN",
        "ALICLOUD_SECURITY_TOKEN",
    ),
}
_ENVIRONMENT_SOURCES: Mapping[str, Sequence[str]] = {
    "profile": ("ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE", "ALICLOUD_PROFILE"),
    "sharedCredentialsFile": ("ALICLOUD_SHARED_CREDENTIALS_FILE",),
    "ecsRoleName": ("ALICLOUD_ECS_ROLE_NAME",),
    "credentialsUri": ("ALIBABA_CLOUD_CREDENTIALS_URI", "ALICLOUD_CREDENTIALS_URI"),
}
# Where all of these are set, the vendor's libraries take no other source of the environment but a key pair.
_ENVIRONMENT_OIDC = (
    "ALIBABA_CLOUD_ROLE_ARN",
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
)
_PAIR = ("accessKey", "secretKey", "securityToken")
_SOURCES = (*_PAIR, "profile", "sharedCredentialsFile", "ecsRoleName", "credentialsUri", "assumeRoleWithOidc")
_OBJECTS = frozenset({"assumeRole", "assumeRoleWithOidc"})
_SECRETS = {"secretKey", "securityToken", "accessKey"}


def read_settings(config: Mapping[str, object], env: Mapping[str, str]) -> Settings:
    """Return the settings, or raise SettingsError with all problems. See `Settings.from_config`."""
    problems = _unknown_keys(config)
    values = _decode({key: config[key] for key in config if key in Settings.config_keys()}, problems)
    origins = _add_environment(values, env)
    _add_region_of_profile(values, origins, env)
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
        pair = _pair_of_environment(env)
        table |= {key: (name,) for key, name in pair.items()}
        if pair or not all(env.get(name, "").strip() for name in _ENVIRONMENT_OIDC):
            table |= _ENVIRONMENT_SOURCES
    origins: dict[str, str] = {}
    for key, variables in table.items():
        found = next((name for name in variables if env.get(name, "").strip()), None)
        if key not in values and found is not None:
            values[key] = env[found].strip()
            origins[key] = found
    return origins


def _pair_of_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of the first tool whose AccessKey ID or secret is set, by setting."""
    for names in zip(*_ENVIRONMENT_PAIR.values(), strict=True):
        if any(env.get(name, "").strip() for name in names[:2]):
            return dict(zip(_ENVIRONMENT_PAIR, names, strict=True))
    return {}


def _add_region_of_profile(values: dict[str, Any], origins: dict[str, str], env: Mapping[str, str]) -> None:
    """Where keys come from a profile of the CLI, its region counts too, unless something else names one."""
    others = ("region", "endpoint", "accessKey", "ecsRoleName", "credentialsUri", "assumeRoleWithOidc")
    home = env.get("HOME") or env.get("USERPROFILE")
    given = values.get("sharedCredentialsFile") or (f"{home}/.aliyun/config.json" if home else "")
    if not given or any(key in values for key in others):
        return
    try:
        config = json.loads(Path(given).expanduser().read_text("utf-8"))
        name = values.get("profile") or config["current"]
        region = next(one["region_id"] for one in config["profiles"] if one["name"] == name)
    except (OSError, ValueError, LookupError, TypeError, StopIteration):
        return  # what is wrong with the file is told by the library that reads the keys
    if isinstance(region, str) and region.strip():
        values["region"] = region.strip()
        origins["region"] = f"region_id of the profile {name}"


def _pair_problems(values: Mapping[str, Any], origins: Mapping[str, str]) -> list[SettingProblem]:
    present = [key for key in _PAIR if key in values]
    missing = [key for key in ("accessKey", "secretKey") if key not in values]
    if not present or not missing:
        return []
    given = " and ".join(_label(key, origins) for key in present)
    tool = next(
        (n for n, name in enumerate(_ENVIRONMENT_PAIR[present[0]]) if name == origins.get(present[0])), None
    )
    return [_half_pair(key, given, tool) for key in missing]


def _half_pair(key: str, given: str, tool: int | None) -> SettingProblem:
    if tool is not None:
        return SettingProblem(
            _name(key), f"{given} is set without {_ENVIRONMENT_PAIR[key][tool]}; set both or neither"
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
