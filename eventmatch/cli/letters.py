"""Dead letters as commands name and show them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from eventmatch.cli.inputs import UsageError
from eventmatch.router.redriving import DeadLetterBox, Letter

# So many characters of an id are shown; any that are enough may name a letter.
ID_ROOM: Final = 8

_AGES: Final = ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s"))


async def chosen_queues(box: DeadLetterBox, name: str | None) -> Sequence[str]:
    """Return the queue that was asked for, or all that dead letters go to."""
    return await box.queues() if name is None else [name]


async def every_letter(box: DeadLetterBox, queues: Sequence[str]) -> AsyncIterator[Letter]:
    """Yield the letters of queues; raises `QueueNotFound`."""
    for queue in queues:
        async for letter in box.letters(queue):
            yield letter


async def named_letters(
    box: DeadLetterBox, queues: Sequence[str], ids: Sequence[str]
) -> Sequence[Letter]:
    """Return the letters with these ids, or the beginnings of them; raises `UsageError`."""
    found: dict[str, list[Letter]] = {each: [] for each in ids}
    async for letter in every_letter(box, queues):
        for each in ids:
            if letter.id.startswith(each):
                found[each].append(letter)
    return list({each.id: each for each in (_only(name, found[name]) for name in ids)}.values())


def _only(name: str, letters: Sequence[Letter]) -> Letter:
    if not letters:
        raise UsageError(f'there is no dead letter "{name}"')
    if len(letters) > 1:
        raise UsageError(f'"{name}" may be any of {len(letters)} dead letters: give more of the id')
    return letters[0]


def rule_of(letter: Letter) -> str:
    """Return the name of the rule, behind that of its bus if that is not the default one."""
    return letter.attributes.get("RULE_ARN", "").partition(":rule/")[2] or "?"


def target_of(letter: Letter) -> str:
    """Return what the target's ARN ends with."""
    return letter.attributes.get("TARGET_ARN", "").rpartition(":")[2] or "?"


def error_of(letter: Letter) -> str:
    """Return the error code; a letter of a queue has none."""
    return letter.attributes.get("ERROR_CODE", "-")


def attempts_of(letter: Letter) -> int:
    """Return how often the target was tried."""
    retries = letter.attributes.get("RETRY_ATTEMPTS", "0")
    return 1 + (int(retries) if retries.isdecimal() else 0)


def age(letter: Letter, now: float) -> str:
    """Return how long the letter has been dead, in the largest unit that fits."""
    seconds = max(int(now - letter.sent), 0)
    size, unit = next((each for each in _AGES if seconds >= each[0]), _AGES[-1])
    return f"{seconds // size}{unit}"


def facts(letter: Letter, now: float) -> dict[str, Any]:
    """Return what there is to tell of a letter to programs."""
    return {
        "id": letter.id,
        "queue": letter.queue,
        "age": round(max(now - letter.sent, 0.0), 3),
        "rule": letter.attributes.get("RULE_ARN"),
        "target": letter.attributes.get("TARGET_ARN"),
        "error": letter.attributes.get("ERROR_CODE"),
        "message": letter.attributes.get("ERROR_MESSAGE"),
        "attempts": attempts_of(letter),
    }
