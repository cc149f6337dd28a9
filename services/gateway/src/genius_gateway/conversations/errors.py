# SPDX-License-Identifier: EUPL-1.2
"""Why a chat turn is refused."""

from __future__ import annotations

from genius_common.errors import Conflict, InvalidInput


class EmptyMessage(InvalidInput):
    code = "empty_message"
    title = "Leere Nachricht"
    default_detail = "Bitte schreiben Sie eine Nachricht."


class ConversationOfOtherCase(Conflict):
    code = "conversation_of_other_case"
    title = "Gespräch eines anderen Vorgangs"
    default_detail = (
        "Dieses Gespräch gehört zu einem anderen Vorgang, und seine Antworten fließen in die nächsten ein. Beginnen "
        "Sie für den neuen Vorgang ein neues Gespräch."
    )


class MessageUnreadable(Conflict):
    code = "message_unreadable"
    title = "Nachricht nicht lesbar"
    default_detail = (
        "Eine Nachricht lässt sich nicht entschlüsseln. Sie kann weder neu beantwortet noch mit dem Gespräch geteilt "
        "werden. Bitte verständigen Sie den Betrieb; alle anderen Nachrichten sind weiter da."
    )


class NotAUserMessage(Conflict):
    code = "not_a_user_message"
    title = "Keine eigene Nachricht"
    default_detail = "Neu beantwortet werden kann nur eine Nachricht, die Sie selbst geschrieben haben."
