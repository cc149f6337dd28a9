// SPDX-License-Identifier: EUPL-1.2
import { useId } from 'react'
import { useI18n } from '../i18n'
import { Check } from '../kern/Check'
import { Dialog } from '../kern/Dialog'
import { Radios } from '../kern/Radios'
import { useSettings } from './SettingsContext'

export function DisplayDialog({ onClose }: { onClose: () => void }) {
  const { t } = useI18n()
  const { settings, change } = useSettings()
  const id = useId()
  return (
    <Dialog title={t('app.display')} onClose={onClose} closeLabel={t('app.close')}>
      <Radios legend={t('set.theme')} name={`${id}theme`} value={settings.theme} onChange={(theme) => change({ theme })} options={[
        ['system', t('set.theme.system')], ['light', t('set.theme.light')], ['dark', t('set.theme.dark')], ['contrast', t('set.theme.contrast')],
      ]} />
      <Radios legend={t('set.size')} name={`${id}size`} value={settings.size} onChange={(size) => change({ size })} options={[
        [100, t('set.size.100')], [125, t('set.size.125')], [150, t('set.size.150')],
      ]} />
      <fieldset className="kern-fieldset radios">
        <legend>{t('set.stream')}</legend>
        <Check label={t('set.whole')} checked={settings.whole} onChange={(whole) => change({ whole })} />
      </fieldset>
      <Radios legend={t('set.speak')} name={`${id}speak`} value={settings.speak} onChange={(speak) => change({ speak })} options={[
        ['start', t('set.speak.start')], ['whole', t('set.speak.whole')], ['notice', t('set.speak.notice')],
      ]} />
      <Radios legend={t('set.language')} name={`${id}lang`} value={settings.locale} onChange={(locale) => change({ locale })} options={[
        ['de', 'Deutsch', 'de'], ['en', 'English', 'en'],
      ]} />
      <p className="hint">{t('set.stored')}</p>
    </Dialog>
  )
}
