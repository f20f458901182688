// Lists and pages through the sandbox's tickets with connectwise-rest.
// Arguments: host:port of the sandbox, and how many tickets it has.

const { ManageAPI } = require('connectwise-rest')

const [host, total] = [process.argv[2], Number(process.argv[3])]

function check(what, passed, found = '') {
  console.log(`connectwise-rest: ${what}: ${passed ? 'yes' : 'NO'}`, found)
  if (!passed) process.exit(1)
}

async function main() {
  const api = new ManageAPI({
    companyId: 'sandbox',
    companyUrl: host,
    publicKey: 'public',
    privateKey: 'private',
    clientId: 'outside-client',
    logger: () => {},
  })
  const list = (params) => api.ServiceAPI.getServiceTickets(params)
  const idsOf = (tickets) => tickets.map((ticket) => ticket.id)
  const everyId = async (params) =>
    idsOf(await api.paginate(list, { pageSize: 100, startPage: 1 }, params))

  const page = idsOf(await list({ pageSize: 5, page: 1, orderBy: 'id desc' }))
  check('one page of 5', page.length === 5)
  check('newest first', String(page) === String([...page].sort((a, b) => b - a)))

  const everything = await everyId({ orderBy: 'id asc' })
  const { count } = await api.ServiceAPI.getServiceTicketsCount({})
  check('as many as count says', everything.length === count, everything.length)
  check('each ticket once', new Set(everything).size === everything.length)
  check('several pages', everything.length > 300)
  check('no more than were seeded', everything.length <= total)

  const open = await everyId({ conditions: 'closedFlag=false' })
  const closed = await everyId({ conditions: 'closedFlag=true' })
  check('open and closed are everything', open.length + closed.length === everything.length, [open.length, closed.length])

  const one = await api.ServiceAPI.getServiceTicketsById(everything[0])
  check('one by its id', one.id === everything[0])
}

main().catch((error) => {
  console.error('connectwise-rest failed:', error)
  process.exit(1)
})
