// SPDX-License-Identifier: EUPL-1.2
import { className, highest, named } from '../administration/names'
import { fetchModelLines, type ModelLine } from '../api/administration'
import { fetchModules } from '../api/endpoints'
import { useI18n } from '../i18n'
import { Loaded } from '../kern/Loaded'
import { Note } from '../kern/Note'
import { useLoad } from '../useLoad'
import { LoadNow } from './LoadNow'
import { StopsPart } from './StopsPart'

/** Models and functions with what they may see and where they run. */
export function CataloguePart() {
  const { t, label, number } = useI18n()
  const models = useLoad(fetchModelLines)
  const modules = useLoad(fetchModules)
  const bounds = ({ temperature, output_tokens }: ModelLine) => [
    temperature == null ? '' : t('ops.model.bounds.temperature', { number: number(temperature) }),
    output_tokens == null ? '' : t('ops.model.bounds.tokens', { number: number(output_tokens) }),
  ].filter(Boolean).join(', ') || '–'
  const energy = ({ wh_per_1000_input: read, wh_per_1000_output: written }: ModelLine) =>
    read == null || written == null ? t('ops.model.energy.none') : t('ops.model.energy.figure', { read: number(read), written: number(written) })
  return (
    <>
      <section className="duty-sub" aria-labelledby="models-title">
        <h3 id="models-title">{t('ops.models')}</h3>
        <p className="hint">{t('ops.models.where')}</p>
        <Loaded of={models}>{(found) => found.length === 0 ? <Note kind="warning">{t('ops.models.none')}</Note> : (
          <table className="docs">
            <thead><tr><th scope="col">{t('ops.model.id')}</th><th scope="col">{t('ops.model.kind')}</th><th scope="col">{t('ops.model.class')}</th><th scope="col">{t('ops.model.owner')}</th><th scope="col">{t('ops.model.place')}</th><th scope="col" className="num">{t('ops.model.length')}</th><th scope="col">{t('ops.model.bounds')}</th><th scope="col">{t('ops.model.energy')}</th></tr></thead>
            <tbody>{found.map((model) => (
              <tr key={model.id}>
                <th scope="row">{model.id}</th>
                <td data-label={t('ops.model.kind')}>{t(`ops.model.kind.${model.kind}`)}</td>
                <td data-label={t('ops.model.class')}>{className(model.protection_class, t)}</td>
                <td data-label={t('ops.model.owner')}>{model.owned_by || '–'}</td>
                <td data-label={t('ops.model.place')}>{model.place ?? '–'}</td>
                <td data-label={t('ops.model.length')} className="num">{model.context_length === null ? '–' : number(model.context_length)}</td>
                <td data-label={t('ops.model.bounds')}>{bounds(model)}</td>
                <td data-label={t('ops.model.energy')}>{energy(model)}</td>
              </tr>
            ))}</tbody>
          </table>
        )}</Loaded>
      </section>
      <StopsPart />
      <LoadNow />
      <section className="duty-sub" aria-labelledby="modules-title">
        <h3 id="modules-title">{t('ops.modules')}</h3>
        <p className="hint">{t('ops.modules.text')}</p>
        <Loaded of={modules}>{(found) => (
          <table className="docs">
            <thead><tr><th scope="col">{t('ops.service.modules')}</th><th scope="col">{t('ops.module.version')}</th><th scope="col">{t('ops.model.class')}</th><th scope="col">{t('ops.module.mode')}</th></tr></thead>
            <tbody>{found.map((module) => (
              <tr key={module.id}>
                <th scope="row">{label(module.title, module.id)}<span className="hint">{module.id}</span></th>
                <td data-label={t('ops.module.version')}>{module.version}</td>
                <td data-label={t('ops.model.class')}>{className(highest(module.protection_classes ?? []), t)}</td>
                <td data-label={t('ops.module.mode')}>{named('ops.module.mode', module.mode, t)}</td>
              </tr>
            ))}</tbody>
          </table>
        )}</Loaded>
      </section>
    </>
  )
}
