// connectwise-rest against the sandbox: a filtered and ordered list, and every page of the tickets.
import assert from 'node:assert'
import { ManageAPI } from 'connectwise-rest'

const manage = new ManageAPI({
  companyId: 'sandbox',
  companyUrl: process.argv[2],
  publicKey: 'public',
  privateKey: 'private',
  clientId: 'outside',
})

const some = await manage.ServiceAPI.getServiceTickets({ conditions: 'closedFlag=false', orderBy: 'id desc', pageSize: 5 })
const ids = some.map((ticket) => ticket.id)
assert.deepStrictEqual(ids, [...ids].sort((a, b) => b - a))
assert.strictEqual(ids.length, 5)

const all = await manage.paginate(manage.ServiceAPI.getServiceTickets.bind(manage.ServiceAPI), { pageSize: 25 }, { conditions: '' })
const { count } = await manage.ServiceAPI.getServiceTicketsCount({})
assert.strictEqual(new Set(all.map((ticket) => ticket.id)).size, count)
assert.strictEqual(all.length, count)
console.log(`connectwise-rest: ${count} tickets over ${Math.ceil(count / 25)} pages`)
