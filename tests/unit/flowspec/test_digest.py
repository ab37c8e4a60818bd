"""The digest is frozen: another one deploys every workflow of every user again.

Where one of these fails, correct the code. If what a document means has to be judged otherwise, give the digest a new version
(`DIGEST_VERSION`): what is deployed keeps its old one until its meaning changes (`lifecycle._state.keeping_digest`).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pulumi_resource_dataworks.flowspec import complete, digest
from tests.support.corpus import READY, each_folder, loaded, of
from tests.support.flowspecs import chooser

GOLDEN = Path(__file__).with_name("golden")
FROZEN = {
    "short": "1:262892e429743b62bc813d95eb50684f7d2b73e776c93ca84f4e36d83daf3347",
    "manual": "1:be9aa8bc38b556a9720a0e399e322b10043900fc19a63b47a7ad9c95783e415a",
    "everything": "1:3a98ed2a9309795e4fe06d5bd2d658a20d2cef4a182025265cb88184c33d1e20",
}
FROZEN_FOLDERS = {
    "corpus": "e00013a2cd4dbdac6cbae6c1b39540cd3be822e7a64379998c261968bc6f42ee",
    "flowspec": "77174a4d8bc3a4ca00f42d13a8ccb4c6d6d7c02f32b4c7cecedeff7a1981af5c",
}
"""SHA-256 of the digests of all documents of a folder that are ready for an import, in the order of their names."""


@pytest.mark.parametrize("name", FROZEN)
def test_the_digest_of_a_document_is_what_it_always_was(name: str) -> None:
    document = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert digest(complete(document, chooser())) == FROZEN[name]


@each_folder
def test_the_digests_of_whole_folders_are_what_they_always_were(folder: Path) -> None:
    digests = "".join(digest(complete(loaded(file), chooser())) for file in sorted(of(folder, READY)))
    assert hashlib.sha256(digests.encode()).hexdigest() == FROZEN_FOLDERS[folder.name]
