"""What `eventmatch function invoke` does."""

import argparse
import sys
from contextlib import redirect_stdout

from eventmatch.cli.inputs import STDIN, opened
from eventmatch.cli.report import write
from eventmatch.functions.model import InvocationType, Invoked
from eventmatch.jsontext import read_document, read_plain
from eventmatch.router.router import Router


async def invoke(router: Router, args: argparse.Namespace) -> int:
    """Invoke a function, and show its result; return 1 if the function failed."""
    kind = InvocationType(args.type)
    payload = _payload(args.payload)
    if kind is InvocationType.REQUEST_RESPONSE:
        # Environments alone: what else waits in the store is for a run.
        await router.lambda_service.start()
    # What a function of this process prints is no part of its result.
    with redirect_stdout(sys.stderr):
        invoked = await router.invoke(
            args.name, payload, qualifier=args.qualifier, invocation_type=kind
        )
    return _SHOWN[kind](args, invoked)


def _payload(argument: str) -> bytes:
    """Return the payload that is JSON text itself, or in a file; `-` is stdin."""
    if argument != STDIN and _is_text(argument):
        return argument.encode()
    with opened(argument) as stream:
        return stream.read()


def _is_text(argument: str) -> bool:
    """Whether an argument is meant as JSON text, also if something is wrong with it."""
    return argument.lstrip().startswith(("{", "[", '"')) or read_document(argument).fault is None


def _result(args: argparse.Namespace, invoked: Invoked) -> int:
    if args.log and invoked.reply is not None:
        sys.stderr.write(invoked.reply.log.decode(errors="replace"))
    write(invoked.payload.decode(errors="replace"))
    if invoked.error is None:
        return 0
    sys.stderr.write(f"eventmatch: {args.name} failed: {_reason(invoked)}\n")
    return 1


def _reason(invoked: Invoked) -> str:
    """Return what the function says of its failure, on one line."""
    try:
        told = read_plain(invoked.payload)
    except ValueError:
        told = None
    told = told if isinstance(told, dict) else {}
    parts = [str(told[name]) for name in ("errorType", "errorMessage") if told.get(name)]
    return " ".join(": ".join(parts).split()) or str(invoked.error)


def _queued(args: argparse.Namespace, invoked: Invoked) -> int:
    write(f"{args.name}: the next run invokes it, with the request id {invoked.request_id}")
    return 0


def _looked(args: argparse.Namespace, _invoked: Invoked) -> int:
    write(f"{args.name}: it can be invoked; nothing was run")
    return 0


_SHOWN = {
    InvocationType.REQUEST_RESPONSE: _result,
    InvocationType.EVENT: _queued,
    InvocationType.DRY_RUN: _looked,
}
