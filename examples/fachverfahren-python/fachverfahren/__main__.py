# SPDX-License-Identifier: EUPL-1.2
"""The commands: `python -m fachverfahren --help` lists them."""

from __future__ import annotations

import argparse
import sys

from fachverfahren import callbacks, worklist
from fachverfahren.handover import Handover
from fachverfahren.ledger import Entry, Ledger
from fachverfahren.settings import SettingMissing, Settings
from genius_client import GeniusError


def main() -> int:
    parser = argparse.ArgumentParser(prog="fachverfahren")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("dienst", "uebergeben", "nachfragen", "vorrat"):
        commands.add_parser(name)
    for name in ("zeigen", "abschliessen"):
        commands.add_parser(name).add_argument("aktenzeichen")
    given = parser.parse_args()
    try:
        settings = Settings.read()
        return _carry_out(given, settings, Ledger(settings.data))
    except SettingMissing as error:
        return _complain(f"Die Einstellung {error} fehlt.")
    except GeniusError as error:
        return _complain(f"Genius: {error}")


def _carry_out(given: argparse.Namespace, settings: Settings, ledger: Ledger) -> int:
    match given.command:
        case "dienst":
            return _serve(settings, ledger)
        case "uebergeben" | "nachfragen":
            with settings.genius() as genius:
                handover = Handover(genius, ledger, settings.callback_url)
                for line in handover.all(settings.inbox) if given.command == "uebergeben" else handover.ask():
                    print(line)
        case "vorrat":
            for line in worklist.rows(ledger.entries()):
                print(line)
        case _:
            entry = ledger.entry(given.aktenzeichen)
            if entry is None:
                return _complain(f"Das Aktenzeichen {given.aktenzeichen} ist nicht bekannt.")
            return _with_entry(given.command, entry, settings, ledger)
    return 0


def _with_entry(command: str, entry: Entry, settings: Settings, ledger: Ledger) -> int:
    if command == "zeigen":
        print(worklist.sheet(entry))
        print(f"Auch in {worklist.save_sheet(entry, settings.data / 'entwuerfe')}")
        return 0
    with settings.genius() as genius:
        Handover(genius, ledger, settings.callback_url).close(entry)
    print(f"abgeschlossen: {entry.reference}; bei Genius gelöscht")
    return 0


def _serve(settings: Settings, ledger: Ledger) -> int:
    with callbacks.server(settings.port, settings.callback_key, ledger) as server:
        print(f"Rückrufe auf http://127.0.0.1:{server.server_address[1]}", flush=True)
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            print("Ende.")
    return 0


def _complain(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
