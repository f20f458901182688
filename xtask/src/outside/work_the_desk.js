// Does with connectwise-rest what it can do against the sandbox: reads, writes, merges, deletes, is refused.
// Arguments: host:port of the sandbox, and how many tickets it has.

const { ManageAPI } = require('connectwise-rest')

const [host, total] = [process.argv[2], Number(process.argv[3])]
const wrong = []

function check(what, passed, found = '') {
  console.log(`connectwise-rest: ${what}: ${passed ? 'yes' : 'NO'}`, found)
  if (!passed) wrong.push(what)
}

function skipped(what) {
  console.log(`connectwise-rest: ${what}: skipped, it has no method for it`)
}

// The promise is refused with this status, and the server's answer has these words.
async function refused(what, status, promise, ...words) {
  try {
    check(what, false, `it was answered: ${JSON.stringify(await promise)}`)
  } catch (refusal) {
    const text = JSON.stringify(refusal.data)
    const passed = refusal.status === status && words.every((word) => text.includes(word))
    check(what, passed, passed ? '' : `${refusal.status} ${text}`)
  }
}

function connected(publicKey, privateKey = 'private') {
  return new ManageAPI({
    companyId: 'sandbox',
    companyUrl: host,
    publicKey,
    privateKey,
    clientId: 'outside-client',
    logger: () => {},
  })
}

const api = connected('public')
const { ServiceAPI: service, CompanyAPI: company, SystemAPI: system } = api
const idsOf = (records) => records.map((record) => record.id)
const replace = (path, value) => ({ op: 'replace', path, value })
const tickets = (params) => service.getServiceTickets(params)

async function readsTickets() {
  const everyId = async (params) =>
    idsOf(await api.paginate(tickets, { pageSize: 100, startPage: 1 }, params))

  const page = idsOf(await tickets({ pageSize: 5, page: 1, orderBy: 'id desc' }))
  check('one page of 5', page.length === 5)
  check('newest first', String(page) === String([...page].sort((a, b) => b - a)))

  const everything = await everyId({ orderBy: 'id asc' })
  const { count } = await service.getServiceTicketsCount({})
  check('as many as count says', everything.length === count, everything.length)
  check('each ticket once', new Set(everything).size === everything.length)
  check('several pages', everything.length > 300)
  check('no more than were seeded', everything.length <= total)

  const open = await everyId({ conditions: 'closedFlag=false' })
  const closed = await everyId({ conditions: 'closedFlag=true' })
  check('open and closed are everything', open.length + closed.length === everything.length, [open.length, closed.length])

  const one = await service.getServiceTicketsById(everything[0])
  check('one by its id', one.id === everything[0])
  const conditions = `id=${everything[0]} or id=${everything[1]}`
  const found = idsOf(await service.postServiceTicketsSearch({ conditions, orderBy: 'id asc' }))
  check('two by a search', String(found) === String(everything.slice(0, 2)), found)
}

// Boards with what they have, companies, contacts, members; gives what writing needs.
async function readsTheDesk() {
  const boards = await service.getServiceBoards({ orderBy: 'id asc' })
  const board = boards[0]
  check('boards', boards.length > 1 && boards.length === (await service.getServiceBoardsCount({})).count, boards.length)
  check('a board by its id', (await service.getServiceBoardsById(board.id)).name === board.name)
  const statuses = await service.getServiceBoardsByParentIdStatuses(board.id, { pageSize: 100 })
  const closed = statuses.filter((status) => status.closedStatus)
  check('statuses of a board, open and closed', closed.length > 0 && closed.length < statuses.length)
  const { count } = await service.getServiceBoardsByParentIdStatusesCount(board.id)
  check('as many statuses as count says', count === statuses.length, count)
  const status = await service.getServiceBoardsByParentIdStatusesById(closed[0].id, board.id)
  check('a status by its id', status.closedStatus === true)
  const teams = await service.getServiceBoardsByParentIdTeams(board.id)
  check('teams of a board', teams.length > 0 && teams[0].boardId === board.id)
  const team = await service.getServiceBoardsByParentIdTeamsById(teams[0].id, board.id)
  check('a team by its id', team.name === teams[0].name)
  for (const name of ['Types', 'Subtypes', 'Items']) {
    check(`${name} of a board`, (await service[`getServiceBoardsByParentId${name}`](board.id)).length > 0)
  }
  for (const name of ['Priorities', 'Severities', 'Impacts', 'Sources', 'Locations']) {
    check(name, (await service[`getService${name}`]()).length > 0)
  }

  const companies = (params) => company.getCompanyCompanies(params)
  const listed = idsOf(await api.paginate(companies, { pageSize: 25, startPage: 1 }, { orderBy: 'id asc' }))
  const counted = (await company.getCompanyCompaniesCount()).count
  check('companies by pages', new Set(listed).size === counted && listed.length === counted, counted)
  check('a company by its id', (await company.getCompanyCompaniesById(listed[0])).id === listed[0])
  check('statuses of companies', (await company.getCompanyCompaniesStatuses()).length > 0)
  check('types of companies', (await company.getCompanyCompaniesTypes()).length > 0)
  const contacts = await company.getCompanyContacts({ conditions: 'company/id>0', pageSize: 10 })
  check('contacts', contacts.length === 10)
  check('a contact by its id', (await company.getCompanyContactsById(contacts[0].id)).id === contacts[0].id)
  check('contacts are counted', (await company.getCompanyContactsCount()).count >= 10)
  const theirs = { conditions: `company/id=${contacts[0].company.id}`, pageSize: 1000 }
  check('contacts of a company', idsOf(await company.getCompanyContacts(theirs)).includes(contacts[0].id))
  check('members', (await system.getSystemMembers()).length > 0)
  check('system info', (await system.getSystemInfo()).version.startsWith('v'))
  return { board: board.id, closed: closed[0].id, company: contacts[0].company.id }
}

async function writesTickets(desk) {
  const create = (summary, more = {}) =>
    service.postServiceTickets({ summary, company: { id: desk.company }, board: { id: desk.board }, ...more })

  const made = await create('Printer on fire', { severity: 'High', impact: 'Low', initialDescription: 'It burns' })
  check('a ticket is created', made.id > 0 && made.summary === 'Printer on fire', made.id)
  check('as it was asked for', made.severity === 'High' && made.impact === 'Low' && made.board.id === desk.board)
  const read = () => service.getServiceTicketsById(made.id)
  check('and read again', (await read()).summary === made.summary)
  const notes = await service.getServiceTicketsByParentIdNotes(made.id)
  check('its description is its first note', notes.length === 1 && notes[0].text === 'It burns')

  const patch = [replace('summary', 'Printer is out'), replace('severity', 'Low')]
  const changed = await service.patchServiceTicketsById(made.id, patch)
  check('a ticket is patched', changed.summary === 'Printer is out' && changed.severity === 'Low')
  check('and stays so', (await read()).summary === 'Printer is out')
  const put = await service.putServiceTicketsById(made.id, {
    id: made.id,
    summary: 'Printer replaced',
    company: { id: desk.company },
    board: { id: desk.board },
    status: { id: changed.status.id },
    priority: { id: changed.priority.id },
    severity: 'Medium',
    impact: 'Medium',
  })
  check('a ticket is replaced', put.summary === 'Printer replaced' && put.severity === 'Medium')
  const shut = await service.patchServiceTicketsById(made.id, [replace('status', { id: desk.closed })])
  check('a ticket is closed', shut.closedFlag === true)
  const whole = await read()
  const same = await service.putServiceTicketsById(made.id, whole).catch((refusal) => refusal.data)
  check('a ticket is taken back as it was given', same.id === made.id, same.message)

  await writesNotes(made.id)
  await merges(create, desk.closed)
  await bundles(create)

  await service.deleteServiceTicketsById(made.id)
  await refused('a deleted ticket is gone', 404, read(), 'NotFound', `Service Ticket ${made.id} not found`)
  check('and in no list', (await tickets({ conditions: `id=${made.id}` })).length === 0)
}

async function writesNotes(ticket) {
  const count = async () => (await service.getServiceTicketsByParentIdNotesCount(ticket)).count
  const before = await count()
  const note = { text: 'Water helps', internalAnalysisFlag: true }
  const made = await service.postServiceTicketsByParentIdNotes(ticket, note)
  check('a note is added', made.text === 'Water helps' && made.internalAnalysisFlag === true)
  check('and counted', (await count()) === before + 1)
  const read = () => service.getServiceTicketsByParentIdNotesById(made.id, ticket)
  check('a note by its id', (await read()).text === 'Water helps')
  const patched = await service.patchServiceTicketsByParentIdNotesById(made.id, ticket, [replace('text', 'Sand helps')])
  check('a note is patched', patched.text === 'Sand helps')
  const other = { text: 'Nothing helps', resolutionFlag: true }
  const put = await service.putServiceTicketsByParentIdNotesById(made.id, ticket, other)
  check('a note is replaced', put.text === 'Nothing helps' && put.resolutionFlag === true)
  const all = await service.getServiceTicketsByParentIdAllNotes(ticket)
  check('all notes have it', all.some((one) => one.text === 'Nothing helps'))
  const nowhere = service.postServiceTicketsByParentIdNotes(ticket, { text: 'Nowhere to be seen' })
  await refused('a note that is shown nowhere is refused', 400, nowhere, 'InvalidObject')
  await service.deleteServiceTicketsByParentIdNotesById(made.id, ticket)
  await refused('a deleted note is gone', 404, read(), `Service Note ${made.id} not found`)
}

async function merges(create, closed) {
  const [parent, child] = [await create('Parent'), await create('Merged')]
  const merge = (ids) => service.postServiceTicketsByParentIdMerge(parent.id, { mergeTicketIds: ids, status: { id: closed } })
  check('tickets are merged', (await merge([child.id])).success === true)
  const merged = await service.getServiceTicketsById(child.id)
  check('a merged ticket is closed', merged.closedFlag === true)
  check('and names its parent', merged.mergedParentTicket.id === parent.id)
  check('its parent knows', (await service.getServiceTicketsById(parent.id)).hasMergedChildTicketFlag === true)
  await refused('a ticket is not merged into itself', 400, merge([parent.id]))
}

async function bundles(create) {
  const [parent, child] = [await create('Bundle'), await create('Child')]
  const bundle = { childTicketIds: [child.id] }
  check('a child is attached', (await service.postServiceTicketsByParentIdAttachChildren(parent.id, bundle)).success === true)
  check('the child names its parent', (await service.getServiceTicketsById(child.id)).parentTicketId === parent.id)
  check('the parent has a child', (await service.getServiceTicketsById(parent.id)).hasChildTicket === true)
  skipped('a child is detached')
}

async function worksWithCallbacks() {
  const wanted = { url: 'http://127.0.0.1:9/x?recordId=', objectId: 1, type: 'ticket', level: 'owner', inactiveFlag: true }
  const made = await system.postSystemCallbacks({ ...wanted, description: 'Tickets' })
  check('a callback is registered', made.type === 'ticket' && made.level === 'owner' && made.objectId === 1)
  check('and listed', idsOf(await system.getSystemCallbacks()).includes(made.id))
  check('and counted', (await system.getSystemCallbacksCount()).count === 1)
  await refused('a second one of the kind is refused', 400, system.postSystemCallbacks(wanted), 'ObjectExists')
  const patched = await system.patchSystemCallbacksById(made.id, [replace('description', 'All')])
  check('a callback is patched', patched.description === 'All')
  const url = 'http://127.0.0.1:9/y?recordId='
  check('a callback is replaced', (await system.putSystemCallbacksById(made.id, { ...wanted, url })).url === url)
  check('and read again', (await system.getSystemCallbacksById(made.id)).url === url)
  await system.deleteSystemCallbacksById(made.id)
  check('a callback is deleted', (await system.getSystemCallbacks()).length === 0)
}

async function isRefused() {
  const gone = service.getServiceTicketsById(404404)
  await refused('a ticket that is not there', 404, gone, 'Service Ticket 404404 not found')
  await refused('a name that is unknown', 400, tickets({ conditions: "colour='red'" }), 'ApiFindCondition')
  const homeless = service.postServiceTickets({ summary: 'x', company: { id: 404404 } })
  await refused('a company that is not there', 400, homeless, 'InvalidObject', 'company/id')
  const odd = service.postServiceTickets({ summary: 'x', colour: 'red' })
  await refused('a member that is unknown', 400, odd, 'colour')
  await refused('keys that are wrong', 401, connected('public', 'wrong').ServiceAPI.getServiceTickets())
  await refused('a member without rights', 403, connected('nothing').ServiceAPI.getServiceTickets())
}

async function main() {
  await readsTickets()
  await writesTickets(await readsTheDesk())
  await worksWithCallbacks()
  await isRefused()
  if (wrong.length > 0) throw new Error(`${wrong.length} did not come out as they should: ${wrong.join('; ')}`)
}

main().catch((error) => {
  console.error('connectwise-rest failed:', error)
  process.exit(1)
})
