// Read a whole portal with HubSpot's Node client: one line of JSON for each record.
const { Client } = require('@hubspot/api-client')

const NAMED = {
  contacts: 'contacts', companies: 'companies', deals: 'deals', tickets: 'tickets',
  line_items: 'lineItems', products: 'products'
}
const LINKS = ['contacts', 'companies', 'deals', 'calls']

const client = new Client({
  accessToken: process.env.SPOKE_PEER_TOKEN,
  basePath: process.env.SPOKE_PEER_HUBSPOT,
  numberOfApiCallRetries: 3
})

async function * pages (ask) {
  let after
  do {
    const page = await ask(after)
    yield * page.results
    after = page.paging?.next?.after
  } while (after)
}

async function * records (name, properties, associations, archived) {
  if (NAMED[name]) {
    const api = client.crm[NAMED[name]]
    yield * await api.getAll(100, undefined, properties, undefined, associations, archived)
    return
  }
  const api = client.crm.objects.basicApi
  yield * pages(after =>
    api.getPage(name, 100, after, properties, undefined, associations, archived))
}

function tell (stream, record) {
  process.stdout.write(JSON.stringify({ stream, record }) + '\n')
}

async function main () {
  for (const name of JSON.parse(process.env.SPOKE_PEER_TYPES)) {
    const known = await client.crm.properties.coreApi.getAll(name)
    const properties = known.results.map(one => one.name)
    for await (const record of records(name, properties, LINKS, false)) tell(name, record)
    for await (const record of records(name, properties, undefined, true)) {
      tell(`${name} archived`, record)
    }
  }
  const history = ['dealstage', 'amount']
  for (const record of await client.crm.deals.getAll(50, undefined, undefined, history)) {
    tell('deals with history', record)
  }
  for (const archived of [false, true]) {
    const ask = after => client.crm.owners.ownersApi.getPage(undefined, after, 100, archived)
    for await (const owner of pages(ask)) tell('owners', owner)
  }
  for (const name of ['deals', 'tickets']) {
    const { results } = await client.crm.pipelines.pipelinesApi.getAll(name)
    for (const pipeline of results) tell(`pipelines of ${name}`, pipeline)
  }
}

main().catch(error => {
  console.error(error)
  process.exitCode = 1
})
