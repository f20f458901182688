"""Lists and pages through the sandbox's tickets with pyconnectwise.

Arguments: host:port of the sandbox, and how many tickets it has.
"""

import sys

from pyconnectwise import ConnectWiseManageAPIClient

host, total = sys.argv[1], int(sys.argv[2])
client = ConnectWiseManageAPIClient("sandbox", host, "outside-client", "public", "private")
tickets = client.service.tickets


def check(what, passed, found=""):
    print(f"pyconnectwise: {what}: {'yes' if passed else 'NO'} {found}")
    if not passed:
        sys.exit(1)


def ids(**params):
    """Ids of every ticket that matches, page after page until there is no next one."""
    return [ticket.id for ticket in tickets.paginated(1, params.pop("pageSize", 100), params).all()]


one_page = tickets.get(params={"pageSize": 5, "orderBy": "id desc"})
check("one page of 5", len(one_page) == 5)
check("newest first", [t.id for t in one_page] == sorted((t.id for t in one_page), reverse=True))

everything = ids(orderBy="id asc")
check("as many as count says", len(everything) == tickets.count.get().count, len(everything))
check("each ticket once", len(set(everything)) == len(everything))
check("several pages", len(everything) > 300)
check("in order", everything == sorted(everything))
check("no more than were seeded", len(everything) <= total)

is_open = ids(conditions="closedFlag=false")
closed = ids(conditions="closedFlag=true")
check("open and closed are everything", sorted(is_open + closed) == everything, (len(is_open), len(closed)))
check("both kinds exist", bool(is_open) and bool(closed))

one = tickets.id(everything[0]).get()
check("one by its id", one.id == everything[0])
same = tickets.get(params={"conditions": f"id={everything[0]}"})
check("the same by a condition", [t.id for t in same] == [everything[0]])
