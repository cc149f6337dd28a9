// SPDX-License-Identifier: EUPL-1.2
import type { Me } from '../api/types'
import type { Key } from '../i18n'
import type { IconName } from '../kern/Icon'
import { may, type Action } from '../rights'

export type Duty = { to: string; title: Key; text: Key; icon: IconName; needs: Action; /** Only under the Steuergeheimnis. */ tax?: true }
const DUTIES: readonly Duty[] = [
  { to: '/administration', title: 'duty.administration', text: 'duty.administration.text', icon: 'sliders', needs: 'member.list' },
  { to: '/audit', title: 'duty.audit', text: 'duty.audit.text', icon: 'shield', needs: 'audit.search' },
  { to: '/inspection', title: 'duty.inspection', text: 'duty.inspection.text', icon: 'checklist', needs: 'retrieval_check.list', tax: true },
  { to: '/operation', title: 'duty.operation', text: 'duty.operation.text', icon: 'gauge', needs: 'model_catalogue.read' },
]

/** Pages beside the work with the assistant; only what the person may open (the gateway decides again). */
export const dutiesOf = (me: Me): Duty[] => (me.rights === undefined ? [] : DUTIES.filter((duty) => may(me, duty.needs) && (!duty.tax || me.case_required === true)))
