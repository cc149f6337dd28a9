// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Check } from '../kern/Check'
import { whyClosed } from '../knowledge/uses'
import { useSession } from '../session'
import { fieldId, useForm, type FieldProps } from './context'
import { FieldFrame } from './FieldFrame'
import { getAt } from './schema'

export function KnowledgeField(props: FieldProps) {
  const i18n = useI18n()
  const { t, plural } = i18n
  const { knowledgeBases } = useSession()
  const { base, use, values, change } = useForm()
  const value = getAt(values, props.path)
  const chosen = Array.isArray(value) ? (value as string[]) : []
  const toggle = (id: string, on: boolean) => change(props.path, on ? [...chosen, id] : chosen.filter((other) => other !== id))
  return (
    <FieldFrame props={props.help ? props : { ...props, help: t('form.kb.all') }} group>
      {knowledgeBases.length === 0 && <p className="hint">{t('chat.kb.empty')}</p>}
      <div className="stack">
        {knowledgeBases.map((kb, i) => {
          const closed = use === undefined ? undefined : whyClosed(kb, use, i18n)
          const on = chosen.includes(kb.id)
          return <Check key={kb.id} id={i === 0 ? fieldId(base, props.path) : undefined} label={kb.name} hint={closed ?? (kb.documents == null ? undefined : plural('kb.documents', kb.documents))} checked={on} disabled={closed !== undefined && !on} onChange={(wanted) => toggle(kb.id, wanted)} />
        })}
      </div>
    </FieldFrame>
  )
}
