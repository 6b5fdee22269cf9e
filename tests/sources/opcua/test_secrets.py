"""A keyring that waits for a person holds up one link, and nothing else."""

from __future__ import annotations

import asyncio
import threading

import pytest

from hmi.config.credentials import CredentialError, Credentials
from hmi.config.endpoint_parts import CredentialReference
from hmi.sources.opcua.secrets import Secrets

KEYRING = CredentialReference(keyring="twinpane", user="panel")


async def test_a_locked_keyring_is_told_asked_once_and_answers_when_it_is_unlocked() -> None:
    unlocked = threading.Event()
    asked: list[CredentialReference] = []

    def lookup(reference: CredentialReference) -> Credentials:
        asked.append(reference)
        assert unlocked.wait(60.0)
        return Credentials("panel", "right")

    secrets = Secrets(lookup)
    for _ in range(3):
        with pytest.raises(CredentialError, match="locked"):
            await secrets.find(KEYRING, 0.05)
    assert asked == [KEYRING], "one thread waits, however often it is asked"
    unlocked.set()
    assert (await secrets.find(KEYRING, 60.0)).reveal() == "right"
    assert (await secrets.find(KEYRING, 60.0)).reveal() == "right"
    assert len(asked) == 2, "a secret is looked up anew for every link"


async def test_what_the_keyring_lacks_is_told() -> None:
    def lookup(_reference: CredentialReference) -> Credentials:
        raise CredentialError("no entry")

    with pytest.raises(CredentialError, match="no entry"):
        await Secrets(lookup).find(KEYRING, 60.0)


async def test_the_environment_needs_no_thread() -> None:
    threads: list[str] = []

    def lookup(_reference: CredentialReference) -> Credentials:
        threads.append(threading.current_thread().name)
        return Credentials("panel", "right")

    await Secrets(lookup).find(CredentialReference(environment="MILL"), 0.0)
    assert threads == [threading.current_thread().name]


async def test_giving_up_leaves_no_task() -> None:
    unlocked = threading.Event()

    def lookup(_reference: CredentialReference) -> Credentials:
        assert unlocked.wait(60.0)
        return Credentials("panel", "right")

    before = asyncio.all_tasks()
    finding = asyncio.create_task(Secrets(lookup).find(KEYRING, 60.0))
    await asyncio.sleep(0.05)
    finding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finding
    assert asyncio.all_tasks() == before
    unlocked.set()
    async with asyncio.timeout(60.0):
        while any(each.name == "keyring" for each in threading.enumerate()):
            await asyncio.sleep(0.01)
