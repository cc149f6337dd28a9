// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Check } from '../kern/Check'
import { useSession } from '../session'
import { fieldId, useForm, type FieldProps } from './context'
import { FieldFrame } from './FieldFrame'
import { getAt } from './schema'

export function KnowledgeField(props: FieldProps) {
  const { t, plural } = useI18n()
  const { knowledgeBases } = useSession()
  const { base, values, change } = useForm()
  const value = getAt(values, props.path)
  const chosen = Array.isArray(value) ? (value as string[]) : []
  const toggle = (id: string, on: boolean) => change(props.path, on ? [...chosen, id] : chosen.filter((other) => other !== id))
  return (
    <FieldFrame props={props.help ? props : { ...props, help: t('form.kb.all') }} group>
      {knowledgeBases.length === 0 && <p className="hint">{t('chat.kb.empty')}</p>}
      <div className="stack">
        {knowledgeBases.map((kb, i) => (
          <Check key={kb.id} id={i === 0 ? fieldId(base, props.path) : undefined} label={kb.name} hint={kb.documents == null ? undefined : plural('kb.documents', kb.documents)} checked={chosen.includes(kb.id)} onChange={(on) => toggle(kb.id, on)} />
        ))}
      </div>
    </FieldFrame>
  )
}
