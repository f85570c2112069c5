// Makes two things smoother on the pages of agendas; both work without it. Sessions of a draft can be dragged: the server
// says for each place which rules would be broken there. A suggestion's page shows by itself when it is ready.

const JSON_ONLY = { Accept: 'application/json' }
const POLL_MILLISECONDS = 1500

let dragged = null
let places = {}

ready()
for (const waiting of document.querySelectorAll('[data-waits-for]')) waitFor(waiting.dataset.waitsFor)

function ready () {
  const draft = document.querySelector('[data-draft]')
  if (!draft || !draft.querySelector('a[href*="/sessions/"]')) return
  for (const words of draft.querySelectorAll('.app-only-with-script')) words.hidden = false
  for (const card of draft.querySelectorAll('.app-session')) {
    card.draggable = true
    card.addEventListener('dragstart', event => begin(card, event, draft))
    card.addEventListener('dragend', () => end(draft))
  }
  for (const cell of draft.querySelectorAll('td[data-room]')) {
    cell.addEventListener('dragover', event => over(cell, event, draft))
    cell.addEventListener('dragleave', () => delete cell.dataset.over)
    cell.addEventListener('drop', event => drop(cell, event, draft))
  }
}

const slotOf = cell => `${cell.dataset.room}@${cell.dataset.start}+${dragged.dataset.minutes}`

async function begin (card, event, draft) {
  dragged = card
  places = {}
  event.dataTransfer.setData('text/plain', card.dataset.session)
  event.dataTransfer.effectAllowed = 'move'
  card.classList.add('app-session--dragged')
  const reply = await fetch(`${draft.dataset.base}/sessions/${card.dataset.session}/places.json`, { headers: JSON_ONLY })
  if (!reply.ok || dragged !== card) return
  places = (await reply.json()).places
  for (const cell of draft.querySelectorAll('td[data-room]')) {
    const place = places[slotOf(cell)]
    if (place) cell.dataset[place.broken.length ? 'breaks' : 'fits'] = ''
  }
}

function over (cell, event, draft) {
  const place = dragged && places[slotOf(cell)]
  if (!place) return say(draft, dragged ? 'It does not fit here.' : '')
  event.preventDefault()
  if ('over' in cell.dataset) return
  for (const other of draft.querySelectorAll('td[data-over]')) delete other.dataset.over
  cell.dataset.over = ''
  say(draft, `${place.words}: ${place.broken.length ? place.broken.join(' ') : 'keeps every rule'}`)
}

async function drop (cell, event, draft) {
  event.preventDefault()
  const slot = slotOf(cell)
  const address = `${draft.dataset.base}/sessions/${dragged.dataset.session}`
  const body = new FormData()
  body.set('csrf_token', document.querySelector('input[name=csrf_token]').value)
  body.set('revision', draft.dataset.revision)
  body.set('slot', slot)
  end(draft)
  const reply = await fetch(address, { method: 'POST', headers: JSON_ONLY, body })
  const { message, error } = await reply.json()
  await renew(draft)
  say(document.querySelector('[data-draft]'), message || error)
}

function end (draft) {
  if (dragged) dragged.classList.remove('app-session--dragged')
  dragged = null
  for (const cell of draft.querySelectorAll('td[data-room]')) for (const mark of ['over', 'fits', 'breaks']) delete cell.dataset[mark]
  say(draft, '')
}

// Put the draft as it stands now in place of the one that is shown.
async function renew (draft) {
  const reply = await fetch(draft.dataset.base)
  if (!reply.ok || reply.redirected) return location.reload()
  const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html').querySelector('[data-draft]')
  if (!fresh) return location.reload()
  draft.replaceWith(fresh)
  ready()
}

function say (draft, words) {
  const place = draft.querySelector('[data-drag-says]')
  if (!place) return
  place.toggleAttribute('data-dragging', dragged !== null)
  if (place.textContent !== words) place.textContent = words
}

async function waitFor (address) {
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, POLL_MILLISECONDS))
    const reply = await fetch(address, { headers: JSON_ONLY })
    if (!reply.ok || !(await reply.json()).is_pending) return location.reload()
  }
}
