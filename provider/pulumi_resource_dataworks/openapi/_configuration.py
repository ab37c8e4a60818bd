"""Settings out of a user's configuration and environment, with every fault named by its setting."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

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


def read_settings(config: Mapping[str, object], env: Mapping[str, str]) -> Settings:
    """Return the settings, or raise SettingsError with all problems. See `Settings.from_config`."""
    known = sorted(Settings.config_keys())
    problems = [_unknown(key, known) for key in sorted(set(config).difference(known))]
    values = _decode({key: value for key, value in config.items() if key in known}, problems)
    origins = _add_environment(values, {name: text.strip() for name, text in env.items() if text.strip()})
    _add_region_of_profile(values, origins, env)
    problems += _pair_problems(values, origins)
    if "region" not in values and "endpoint" not in values:
        problems.append(_problem("region", REGION_REQUIRED))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise SettingsError([*problems, *(_explained(detail, origins) for detail in details)]) from None
    if problems:
        raise SettingsError(problems)
    return settings


def _problem(key: str, message: str) -> SettingProblem:
    return SettingProblem(f"dataworks:{key}", message)


def _unknown(key: str, known: Sequence[str]) -> SettingProblem:
    near = get_close_matches(to_camel(key), known, n=2)
    advice = f"did you mean {' or '.join(near)}?" if near else f"the settings are {', '.join(known)}"
    return _problem(key, f"there is no such setting; {advice}")


def _decode(config: Mapping[str, object], problems: list[SettingProblem]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, given in config.items():
        value = given
        if key in _OBJECTS and isinstance(given, str) and given.strip():
            try:
                value = json.loads(given)
            except ValueError:
                advice = f"`pulumi config set --path dataworks:{key}.roleArn <arn>`"
                problems.append(_problem(key, f"is an object; set its fields with {advice}"))
                continue
        if (cleaned := _clean(value)) is not None:
            values[key] = cleaned
    return values


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Mapping):
        fields = cast("Mapping[Any, Any]", value).items()
        cleaned = {str(key): text for key, inner in fields if (text := _clean(inner)) is not None}
        return cleaned or None
    return value


def _add_environment(values: dict[str, Any], env: Mapping[str, str]) -> dict[str, str]:
    """Add what the configuration leaves open; return which variable each such value is from."""
    table = dict(_ENVIRONMENT)
    if not any(key in values for key in _SOURCES):
        pair = _pair_of_environment(env)
        table |= {key: (name,) for key, name in pair.items()}
        if pair or not all(name in env for name in _ENVIRONMENT_OIDC):
            table |= _ENVIRONMENT_SOURCES
    origins: dict[str, str] = {}
    for key, variables in table.items():
        found = next((name for name in variables if name in env), None)
        if key not in values and found is not None:
            values[key] = env[found]
            origins[key] = found
    return origins


def _pair_of_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of the first tool whose AccessKey ID or secret is set, by setting."""
    for names in zip(*_ENVIRONMENT_PAIR.values(), strict=True):
        if any(name in env for name in names[:2]):
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
        return  # the library that reads the keys reports what is wrong with the file
    if isinstance(region, str) and region.strip():
        values["region"] = region.strip()
        origins["region"] = f"region_id of the profile {name}"


def _pair_problems(values: Mapping[str, Any], origins: Mapping[str, str]) -> list[SettingProblem]:
    present = [key for key in _PAIR if key in values]
    missing = [key for key in ("accessKey", "secretKey") if key not in values]
    if not present or not missing:
        return []
    given = " and ".join(origins.get(key) or f"dataworks:{key}" for key in present)
    problems: list[SettingProblem] = []
    for key in missing:
        variables = dict(zip(_ENVIRONMENT_PAIR[present[0]], _ENVIRONMENT_PAIR[key], strict=True))
        if (variable := variables.get(origins.get(present[0], ""))) is not None:
            advice = f"{given} is set without {variable}; set both or neither"
        else:
            advice = (
                f"{given} is set without it; run `pulumi config set --secret dataworks:{key} <value>` "
                "(a key pair is taken whole from one place, never half from each)"
            )
        problems.append(_problem(key, advice))
    return problems


def _explained(detail: ErrorDetails, origins: Mapping[str, str]) -> SettingProblem:
    path = ".".join(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = "there is no such field"
    elif detail["type"] == "missing":
        message = f"is required: run `pulumi config set --path dataworks:{path} <value>`"
    variable = origins.get(str(detail["loc"][0]))
    return _problem(path, f"{message} (from {variable})" if variable else message)
