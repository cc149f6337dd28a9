# SPDX-License-Identifier: EUPL-1.2
"""Why an authority is not added or not removed."""

from __future__ import annotations

from genius_common.errors import Conflict, NotFound


class AuthorityUnknown(NotFound):
    code = "no_such_authority"
    title = "Behörde unbekannt"
    default_detail = "Eine Behörde mit diesem Kurznamen gibt es nicht. „genius authority list“ zeigt alle."


class AuthorityGone(Conflict):
    code = "authority_gone"
    title = "Behörde ist ausgeschieden"
    default_detail = (
        "Diese Behörde scheidet aus oder ist ausgeschieden; ihre Kennung und ihr Kurzname werden nie wieder benutzt. "
        "Wählen Sie für eine neue Behörde einen anderen Kurznamen."
    )


class AuthorityHasChildren(Conflict):
    code = "authority_has_children"
    title = "Nachgeordnete Behörden"
    default_detail = (
        "Dieser Behörde sind andere nachgeordnet. Ordnen Sie sie mit „genius authority add“ zuerst einer anderen zu."
    )


class HandOverRefused(Conflict):
    code = "hand_over_refused"
    title = "Übergabe nicht möglich"
    default_detail = "Die empfangende Behörde ist nicht tätig, oder die empfangende Person gehört ihr nicht an."


class HandOverIncomplete(Conflict):
    code = "hand_over_incomplete"
    title = "Übergabe unvollständig"
    default_detail = (
        "Nicht jedes Dokument ist bei der empfangenden Behörde lesbar angekommen. Nichts wurde vernichtet; beheben Sie "
        "die Ursache (Protokoll der Suche) und rufen Sie den Befehl erneut auf."
    )


class ArchiveNotWritten(Conflict):
    code = "archive_not_written"
    title = "Archiv nicht geschrieben"
    default_detail = (
        "Die Datei des Archivs gibt es schon, und sie ist nicht das Archiv dieses Ausscheidens. Nennen Sie eine andere."
    )


class RemovalUnderWay(Conflict):
    code = "removal_under_way"
    title = "Ausscheiden mit anderem Antrag begonnen"
    default_detail = "Das Ausscheiden dieser Behörde hat mit einem anderen Antrag begonnen. Führen Sie diesen zu Ende."
