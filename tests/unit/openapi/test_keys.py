"""Keys that come back: no text shows a piece of one, in whichever form it is echoed."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import httpx
import pytest

from pulumi_resource_dataworks.openapi import Client, Credentials, DataWorksError, StaticCredentials
from pulumi_resource_dataworks.openapi._words import hold, without_keys
from tests.support.quotes import QUOTES
from tests.support.services import Service, VirtualClock, ok, raw, refusal, settings

PAIR = Credentials(
    "STS.NVplantedId4b8aKq7",
    "9zPlantedSecretQ3wXr5Ty7Ui1Op0A",
    "CAISplanted+token/5Ft6+B2yfSjIr5f/mQ/DkvQxN+aXRe5==",
)
KEYS = (PAIR.access_key_id, PAIR.access_key_secret, PAIR.security_token)
FORMS = {name: form for name, form in QUOTES.items() if name != "upper case"}
"""No echo changes the case of a key's letters, which would be another key."""


def pieces(key: str) -> set[str]:
    return {key[at : at + 8] for at in range(len(key) - 7)}


def test_a_text_without_a_key_stays_as_it_is() -> None:
    hold(*KEYS, "short", "", None)
    text = "short: no table ods.orders; request 5D56119E-620B-4F9F-9980-F49411047171 of workflow 7000000000000000001"
    assert without_keys(text) == text
    assert without_keys("") == ""


def test_only_the_words_with_a_key_are_cut() -> None:
    hold(*KEYS)
    assert without_keys(f"key {KEYS[0]}, token={KEYS[2]}. Odd") == "key ***, *** Odd"
    assert (
        without_keys(f'{{"key":"{KEYS[0]}","id":"7"}} 密钥{KEYS[0]}无效')
        == '{"key":"***","id":"7"} 密钥***无效'
    )
    hold("LTAIemulator0000000000")
    assert without_keys("owner 1000000000000001, LTAIemulator00") == "owner 1000000000000001, ***"
    assert without_keys(f"{KEYS[1][:7]} {KEYS[1][:8]} {KEYS[1][-8:]}") == f"{KEYS[1][:7]} *** ***"


@pytest.mark.parametrize("key", KEYS, ids=["id", "secret", "token"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_piece_of_a_key_is_left_in_any_form(form: Callable[[str], str], key: str) -> None:
    hold(*KEYS)
    echoed = form(key)
    shown = without_keys(f"x-acs-header: {echoed} and x-acs-date")
    assert shown.startswith("x-acs-header: ")
    assert shown.endswith(" and x-acs-date")
    assert not {piece for piece in pieces(key) | pieces(echoed) if piece in shown}


@pytest.mark.parametrize("offset", range(3))
def test_no_piece_of_a_key_is_left_in_base64_at_any_offset(offset: int) -> None:
    hold(*KEYS)
    shown = without_keys(base64.b64encode(b"-" * offset + KEYS[2].encode() + b"-" * offset).decode())
    for cut in range(4):
        whole = re.sub(r"\W", "", shown)[cut:]
        assert "token" not in base64.b64decode(whole[: len(whole) // 4 * 4]).decode("latin-1")


ECHO = f"{KEYS[0]} {KEYS[2]}"
ECHOES = {
    "a refusal": refusal(400, "Odd", f"odd header {ECHO}"),
    "a code": refusal(400, f"Odd.{KEYS[0]}", "odd"),
    "a recommendation": raw(f'{{"Code": "Odd", "Message": "m", "Recommend": "https://x?{ECHO}"}}', 400),
    "a denial": raw(
        f'{{"Code": "NoPermission", "Message": "m", "AccessDeniedDetail": {{"AuthPrincipalDisplayName": "{ECHO}"}}}}',
        403,
    ),
    "a page": httpx.Response(404, html=f"<pre>{ECHO}</pre>"),
    "another shape": ok(JobStatus=[], RequestId=ECHO),
    "an answer that is lost": httpx.RemoteProtocolError(f"illegal status line: bytearray(b'{ECHO}')"),
    "a request that is not sent": httpx.LocalProtocolError(f"Illegal header value b'{ECHO}'"),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
async def test_whatever_echoes_a_key_the_error_does_not_show_it(
    echo: httpx.Response | Exception, clock: VirtualClock
) -> None:
    service = Service()
    service.will(echo)
    transport = httpx.MockTransport(service.handle)
    reported: list[str] = []
    client = Client(
        settings(),
        credentials=StaticCredentials(PAIR),
        transport=transport,
        clock=clock,
        on_wait=reported.append,
    )
    with pytest.raises(DataWorksError) as caught:
        await client.get_job_status("7")
    await client.aclose()
    shown = "".join([str(caught.value), *reported])
    assert "***" in shown
    assert not {piece for key in KEYS for piece in pieces(key) if piece in shown}


async def test_a_job_that_echoes_a_key_does_not_show_it(clock: VirtualClock) -> None:
    service = Service()
    service.will(ok(JobStatus={"JobId": "7", "Status": "Fail", "Error": f"cannot use {ECHO}"}))
    transport = httpx.MockTransport(service.handle)
    client = Client(settings(), credentials=StaticCredentials(PAIR), transport=transport, clock=clock)
    status = await client.get_job_status("7")
    await client.aclose()
    assert str(status.error) == "cannot use *** ***"
