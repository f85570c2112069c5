// Makes three things smoother; every page works without it. Filters refresh their list in place. Drafts save themselves,
// and are kept on this device while there is no connection. A council can be chosen by typing.
import { initAll } from './vendor/govuk-frontend.min.js'

const LOCAL = 'showcase-draft:'
const pause = (milliseconds, act) => { let timer; return () => { clearTimeout(timer); timer = setTimeout(act, milliseconds) } }

let isSignedOut = false

initAll()
for (const said of document.querySelectorAll('[data-saved]')) localStorage.removeItem(LOCAL + said.dataset.saved)
for (const link of document.querySelectorAll('a[data-give-up]')) link.addEventListener('click', () => localStorage.removeItem(LOCAL + link.dataset.giveUp))
for (const form of document.querySelectorAll('form[data-live-filter]')) refreshInPlace(form)
for (const form of document.querySelectorAll('form[data-autosave]')) saveByItself(form)
for (const select of document.querySelectorAll('select[data-autocomplete]')) chooseByTyping(select)
for (const form of document.querySelectorAll('form[data-sign-out]')) form.addEventListener('submit', forgetDrafts)

// Put the server's present version of one element in place of the one that is shown.
async function swap (id, url, signal) {
  const reply = await fetch(url, { signal })
  if (!reply.ok || reply.redirected) throw new Error(reply.statusText)
  const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html').getElementById(id)
  const shown = document.getElementById(id)
  shown.replaceChildren(...fresh.childNodes)
  initAll({ scope: shown })
}

function refreshInPlace (form) {
  const id = form.dataset.liveFilter
  const status = form.appendChild(Object.assign(document.createElement('p'), { className: 'govuk-visually-hidden' }))
  status.setAttribute('role', 'status')
  const isNarrow = window.matchMedia('(max-width: 48em)').matches
  if (isNarrow) for (const details of form.querySelectorAll('details')) details.open = false
  let request
  let shown = location.search
  const refresh = async () => {
    request?.abort()
    request = new AbortController()
    const url = new URL(form.action)
    url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value))
    document.getElementById(id).setAttribute('aria-busy', 'true')
    try {
      await swap(id, url, request.signal)
      history.pushState(null, '', url)
      shown = url.search
      document.getElementById(id).removeAttribute('aria-busy')
      status.textContent = document.querySelector(`#${id} [data-count]`)?.textContent ?? 'List changed'
    } catch (error) { if (error.name !== 'AbortError') location.assign(url) }
  }
  const soon = pause(350, refresh)
  form.addEventListener('change', (event) => { if (event.target.type !== 'search') refresh() })
  form.addEventListener('input', (event) => { if (event.target.type === 'search') soon() })
  // Also fires for a link within the page, such as the one that skips to the content: that must stay where it leads.
  window.addEventListener('popstate', () => { if (location.search !== shown) location.reload() })
}

// The form's data-autosave is where to send it; the reply is {"version": …, "unsaved": […]}, 409 when someone else saved
// first, or 401 when the person is signed out. data-autosave-region names an element that the server draws again after
// each save; data-unsaved says that the page shows words which the server does not have. Words stay on this device until
// the server says that it has them: after a save by button it says so by data-saved on the page that follows.
function saveByItself (form) {
  const key = LOCAL + form.dataset.autosave
  const status = document.createElement('p')
  status.className = 'app-save-status govuk-body-s'
  status.setAttribute('role', 'status')
  form.append(status)
  const version = () => form.elements.version?.value ?? ''
  const answers = () => [...new FormData(form)].filter(([name, value]) => name !== 'csrf_token' && typeof value === 'string')
  const words = (list) => JSON.stringify(list.filter(([name]) => name !== 'version'))
  const unspaced = (list) => words(list).replace(/\\[nrt]|\s/g, '') // the server tidies spaces
  const keep = (list = answers()) => localStorage.setItem(key, JSON.stringify(list))
  let sent = 'unsaved' in form.dataset ? '' : words(answers())
  let unanswered = null // what was sent and may or may not have arrived: the same again does no harm, newer words would clash
  let underway = null
  let isStopped = false

  const save = () => {
    if (isStopped || isSignedOut) return underway
    underway ??= sendAll().finally(() => { underway = null })
    return underway
  }
  const sendAll = async () => {
    while (!isStopped && (unanswered || words(answers()) !== sent)) if (!await send()) return
  }
  // Send what is unanswered, else what is on the page; true when the server has it.
  const send = async () => {
    keep()
    unanswered ??= new FormData(form)
    try {
      const reply = await fetch(form.dataset.autosave, { method: 'POST', body: unanswered, headers: { Accept: 'application/json' }, keepalive: document.hidden, signal: AbortSignal.timeout(30000) })
      if (reply.status === 409) return conflict()
      if (reply.status === 401 || reply.status === 400) return refused(reply.status)
      if (!reply.ok || reply.redirected) throw new Error(reply.statusText)
      const saved = await reply.json()
      if (form.elements.version) form.elements.version.value = saved.version
      sent = words([...unanswered].filter(([name, value]) => name !== 'csrf_token' && typeof value === 'string'))
      unanswered = null
      if (saved.unsaved?.length || words(answers()) !== sent) keep()
      else localStorage.removeItem(key)
      status.textContent = saved.unsaved?.length ? `Not saved yet, because it cannot be read: ${saved.unsaved.join(', ')}` : `Draft saved at ${new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`
      if (form.dataset.autosaveRegion) await swap(form.dataset.autosaveRegion, location.href).catch(() => {})
      return true
    } catch {
      status.textContent = 'Not saved: the service does not answer. Your words are kept on this device and sent as soon as it does.'
      retry()
    }
  }
  const retry = pause(10000, save)
  const conflict = () => {
    isStopped = true
    unanswered = null
    status.textContent = 'Someone else has saved this draft since you opened it, so yours no longer saves by itself. Your words are kept on this page: send the form to compare both versions.'
  }
  const refused = (code) => {
    unanswered = null
    const way = Object.assign(document.createElement('a'), { className: 'govuk-link', href: `/sign-in?next=${encodeURIComponent(location.pathname)}`, textContent: 'Sign in to go on' })
    if (code === 400) Object.assign(way, { href: location.pathname, textContent: 'Reload it to go on' })
    status.replaceChildren(code === 401 ? 'Not saved: you are signed out. Your words are kept on this device. ' : 'Not saved: this page was open for too long. Your words are kept on this device. ', way)
  }
  const restore = () => {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null')
    if (!kept) return
    if (unspaced(kept) === unspaced(answers())) return sent && localStorage.removeItem(key)
    if (Object.fromEntries(kept).version !== version()) {
      const details = document.createElement('details')
      details.className = 'govuk-details'
      details.append(Object.assign(document.createElement('summary'), { textContent: 'Words kept on this device from before someone else saved', className: 'govuk-details__summary' }))
      details.append(Object.assign(document.createElement('div'), { textContent: kept.filter(([name]) => name !== 'version').map(([, value]) => value).join('\n\n'), className: 'govuk-details__text app-text' }))
      form.prepend(details)
      return
    }
    for (const field of form.elements) {
      if (!field.name || ['csrf_token', 'version'].includes(field.name)) continue
      const values = kept.filter(([name]) => name === field.name).map(([, value]) => value)
      if (['checkbox', 'radio'].includes(field.type)) field.checked = values.includes(field.value)
      else if (values.length && field.type !== 'file') field.value = values[0]
    }
    status.textContent = 'Brought back words that were kept on this device.'
    save()
  }
  form.addEventListener('input', pause(1500, save))
  form.addEventListener('change', pause(1500, save))
  form.addEventListener('submit', async (event) => {
    keep()
    if (!isStopped && (underway || unanswered)) { // on a slow line, one's own save must not look like someone else's
      event.preventDefault()
      status.textContent = 'Saving…'
      await save()
      isStopped = true
      return form.requestSubmit(event.submitter)
    }
    isStopped = true
    unanswered = new FormData(form)
  })
  // Back from the page that followed: what was sent there may or may not have arrived.
  window.addEventListener('pageshow', (event) => { if (event.persisted) { isStopped = false; save() } })
  window.addEventListener('online', save)
  document.addEventListener('visibilitychange', () => { if (document.hidden) save() })
  restore()
}

async function chooseByTyping (select) {
  await import('./vendor/accessible-autocomplete.min.js')
  window.accessibleAutocomplete.enhanceSelectElement({ selectElement: select, defaultValue: select.selectedOptions[0]?.value ? undefined : '', showAllValues: false })
}

// What was typed must not stay behind on a shared computer.
function forgetDrafts () {
  isSignedOut = true
  for (const key of Object.keys(localStorage)) if (key.startsWith(LOCAL)) localStorage.removeItem(key)
}
