"""Which characters a message may have: those of XML 1.0."""

import pytest

from eventmatch.errors import QueueError
from eventmatch.queues.admission import admitted
from eventmatch.queues.model import Message, QueueSettings

CONTROLS = {chr(code) for code in range(32)} - {*"\t\n\r"}


@pytest.mark.parametrize("beside", ["", "é"], ids=["ascii", "other"])
def test_control_characters_are_refused_and_all_others_are_not(beside: str) -> None:
    for character in map(chr, range(256)):
        message = Message(f"{beside}a{character}b")
        if character in CONTROLS:
            with pytest.raises(QueueError):
                admitted(message, QueueSettings(), "id", 0.0)
        else:
            assert admitted(message, QueueSettings(), "id", 0.0).message == message
