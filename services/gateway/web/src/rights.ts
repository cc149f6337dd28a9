// SPDX-License-Identifier: EUPL-1.2
import type { Me } from './api/types'

/** Actions of the gateway's policy table that the UI asks for. It only hides what would be refused; the gateway decides. */
export type Action = 'run.start' | 'conversation.list' | 'snapshot.list' | 'snapshot.create' | 'knowledge_base.list' | 'knowledge_base.create' | 'share.incoming' | 'member.list' | 'audit.search' | 'model_catalogue.read' | 'api_token.list' | 'api_token.list_all' | 'case.create' | 'retrieval_check.list'
export const may = (me: Me, action: Action): boolean => me.rights === undefined || me.rights.includes(action)
