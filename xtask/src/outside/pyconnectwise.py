"""pyconnectwise against the sandbox: discovery, a filtered and ordered list, and every page of the tickets."""

import sys

from pyconnectwise import ConnectWiseManageAPIClient

client = ConnectWiseManageAPIClient(
    company_name="sandbox", manage_url=sys.argv[1], client_id="outside", public_key="public", private_key="private"
)

some = client.service.tickets.get(params={"pageSize": 5, "conditions": "closedFlag=false", "orderBy": "id desc"})
ids = [ticket.id for ticket in some]
assert len(ids) == 5 and ids == sorted(ids, reverse=True), ids

paged = list(client.service.tickets.paginated(1, 25).all())
ids = [ticket.id for ticket in paged]
count = client.service.tickets.count.get().count
assert len(ids) == count == len(set(ids)), (len(ids), count)

one = client.service.tickets.id(ids[0]).get()
assert one.id == ids[0] and one.board.name
print(f"pyconnectwise: {count} tickets over {-(-count // 25)} pages")
