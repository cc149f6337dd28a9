// SPDX-License-Identifier: EUPL-1.2
import { createRoot } from 'react-dom/client'
import './styles/index.css'
import { App } from './App'
import { applySettings, loadSettings } from './settings/settings'

applySettings(loadSettings())
const root = document.getElementById('app')
if (root) createRoot(root).render(<App />)
