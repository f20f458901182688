"""Does with pyconnectwise what it can do against the sandbox: reads, writes, merges, deletes, is refused.

Arguments: host:port of the sandbox, and how many tickets it has.
"""

import sys

from pyconnectwise import ConnectWiseManageAPIClient
from pyconnectwise.exceptions import (
    AuthenticationFailedException,
    MalformedRequestException,
    NotFoundException,
    ObjectExistsError,
    PermissionsFailedException,
)

host, total = sys.argv[1], int(sys.argv[2])


def connected(public_key, private_key="private"):
    return ConnectWiseManageAPIClient("sandbox", host, "outside-client", public_key, private_key)


client = connected("public")
tickets = client.service.tickets
wrong = []


def check(what, passed, found=""):
    """It holds; what is called for it has to come back with something that the client can read."""
    if callable(passed):
        try:
            passed = passed()
        except Exception as unreadable:  # noqa: BLE001
            passed, found = False, repr(unreadable)
    print(f"pyconnectwise: {what}: {'yes' if passed else 'NO'} {found}")
    if not passed:
        wrong.append(what)


def refused(what, exception, act, *words):
    """The act is refused with this exception, and the server's answer has these words."""
    try:
        answered = act()
    except exception as refusal:
        text = refusal.response.text
        check(what, all(word in text for word in words), "" if all(word in text for word in words) else text)
    except Exception as other:  # noqa: BLE001
        check(what, False, repr(other))
    else:
        check(what, False, f"it was answered: {answered!r}")


def skipped(what):
    print(f"pyconnectwise: {what}: skipped, it has no method for it")


def replace(path, value):
    return {"op": "replace", "path": path, "value": value}


def ids(records):
    return [record.id for record in records]


def every_ticket(**params):
    """Ids of every ticket that matches, page after page until there is no next one."""
    return ids(tickets.paginated(1, params.pop("pageSize", 100), params).all())


def reads_tickets():
    one_page = ids(tickets.get(params={"pageSize": 5, "orderBy": "id desc"}))
    check("one page of 5", len(one_page) == 5)
    check("newest first", one_page == sorted(one_page, reverse=True))

    everything = every_ticket(orderBy="id asc")
    check("as many as count says", len(everything) == tickets.count.get().count, len(everything))
    check("each ticket once", len(set(everything)) == len(everything))
    check("several pages", len(everything) > 300)
    check("in order", everything == sorted(everything))
    check("no more than were seeded", len(everything) <= total)

    is_open = every_ticket(conditions="closedFlag=false")
    closed = every_ticket(conditions="closedFlag=true")
    check("open and closed are everything", sorted(is_open + closed) == everything, (len(is_open), len(closed)))
    check("both kinds exist", bool(is_open) and bool(closed))

    check("one by its id", tickets.id(everything[0]).get().id == everything[0])
    same = tickets.get(params={"conditions": f"id={everything[0]}"})
    check("the same by a condition", ids(same) == [everything[0]])
    found = tickets.search.post({"conditions": f"id={everything[0]} or id={everything[1]}", "orderBy": "id asc"})
    check("two by a search", ids(found) == everything[:2], ids(found))


def reads_the_desk():
    """Boards with what they have, companies, contacts, members; gives what writing needs."""
    boards = client.service.boards.get(params={"orderBy": "id asc"})
    check("boards", len(boards) > 1 and len(boards) == client.service.boards.count.get().count, len(boards))
    board = client.service.boards.id(boards[0].id)
    check("a board by its id", board.get().name == boards[0].name)
    statuses = board.statuses.get(params={"pageSize": 100})
    closed = [status for status in statuses if status.closed_status]
    check("statuses of a board, open and closed", 0 < len(closed) < len(statuses), [s.name for s in statuses])
    check("as many statuses as count says", board.statuses.count.get().count == len(statuses))
    check("a status by its id", board.statuses.id(closed[0].id).get().closed_status is True)
    teams = board.teams.get()
    check("teams of a board", bool(teams) and teams[0].board_id == boards[0].id, [team.name for team in teams])
    check("a team by its id", board.teams.id(teams[0].id).get().name == teams[0].name)
    for name in ("types", "subtypes", "items"):
        check(f"{name} of a board", getattr(board, name).get)
    for name in ("priorities", "severities", "impacts", "sources", "locations"):
        check(name, getattr(client.service, name).get)

    companies = client.company.companies
    listed = ids(companies.paginated(1, 25, {"orderBy": "id asc"}).all())
    check("companies by pages", len(set(listed)) == len(listed) == companies.count.get().count, len(listed))
    check("a company by its id", companies.id(listed[0]).get().id == listed[0])
    check("statuses of companies", companies.statuses.get)
    check("types of companies", companies.types.get)
    contacts = client.company.contacts
    some = contacts.get(params={"conditions": "company/id>0", "pageSize": 10})
    check("contacts", len(some) == 10)
    check("a contact by its id", contacts.id(some[0].id).get().id == some[0].id)
    check("contacts are counted", contacts.count.get().count >= 10)
    of_company = contacts.get(params={"conditions": f"company/id={some[0].company.id}", "pageSize": 1000})
    check("contacts of a company", some[0].id in ids(of_company), len(of_company))
    check("members", client.system.members.get)
    check("system info", client.system.info.get().version.startswith("v"))
    return boards[0], closed[0], some[0].company


def writes_tickets(board, closed, company):
    def create(summary, **more):
        return tickets.post({"summary": summary, "company": {"id": company.id}, "board": {"id": board.id}, **more})

    made = create("Printer on fire", severity="High", impact="Low", initialDescription="It burns")
    check("a ticket is created", made.id is not None and made.summary == "Printer on fire", made.id)
    check("as it was asked for", (made.severity, made.impact, made.board.id) == ("High", "Low", board.id))
    one = tickets.id(made.id)
    check("and read again", one.get().summary == made.summary)
    first_note = one.notes.get()
    check("its description is its first note", [note.text for note in first_note] == ["It burns"])

    changed = one.patch([replace("summary", "Printer is out"), replace("severity", "Low")])
    check("a ticket is patched", (changed.summary, changed.severity) == ("Printer is out", "Low"))
    check("and stays so", one.get().summary == "Printer is out")
    whole = {"id": made.id, "summary": "Printer replaced", "company": {"id": company.id}, "board": {"id": board.id}}
    references = {name: {"id": getattr(changed, name).id} for name in ("status", "priority")}
    put = one.put({**whole, **references, "severity": "Medium", "impact": "Medium"})
    check("a ticket is replaced", (put.summary, put.severity) == ("Printer replaced", "Medium"))
    shut = one.patch([replace("status", {"id": closed.id})])
    check("a ticket is closed", shut.closed_flag is True)

    writes_notes(one)
    merges(create, closed)
    bundles(create)

    one.delete()
    refused("a deleted ticket is gone", NotFoundException, one.get, "NotFound", f"Service Ticket {made.id} not found")
    left = tickets.get(params={"conditions": f"id={made.id}"})
    check("and in no list", left == [])


def writes_notes(ticket):
    notes = ticket.notes
    before = notes.count.get().count
    made = notes.post({"text": "Water helps", "internalAnalysisFlag": True})
    check("a note is added", made.text == "Water helps" and made.internal_analysis_flag is True)
    check("and counted", notes.count.get().count == before + 1)
    one = notes.id(made.id)
    check("a note by its id", one.get().text == "Water helps")
    check("a note is patched", one.patch([replace("text", "Sand helps")]).text == "Sand helps")
    put = one.put({"text": "Nothing helps", "resolutionFlag": True})
    check("a note is replaced", (put.text, put.resolution_flag) == ("Nothing helps", True))
    check("all notes have it", "Nothing helps" in [note.text for note in ticket.all_notes.get()])
    nowhere = lambda: notes.post({"text": "Nowhere to be seen"})  # noqa: E731
    refused("a note that is shown nowhere is refused", MalformedRequestException, nowhere, "InvalidObject")
    one.delete()
    refused("a deleted note is gone", NotFoundException, one.get, f"Service Note {made.id} not found")


def merges(create, closed):
    parent, child = create("Parent"), create("Merged")
    done = tickets.id(parent.id).merge.post({"mergeTicketIds": [child.id], "status": {"id": closed.id}})
    check("tickets are merged", done.success is True, done.message)
    merged = tickets.id(child.id).get()
    check("a merged ticket is closed", merged.closed_flag is True)
    check("and names its parent", merged.merged_parent_ticket.id == parent.id)
    check("its parent knows", tickets.id(parent.id).get().has_merged_child_ticket_flag is True)
    itself = lambda: tickets.id(parent.id).merge.post(  # noqa: E731
        {"mergeTicketIds": [parent.id], "status": {"id": closed.id}}
    )
    refused("a ticket is not merged into itself", MalformedRequestException, itself)


def bundles(create):
    parent, child = create("Bundle"), create("Child")
    done = tickets.id(parent.id).attach_children.post({"childTicketIds": [child.id]})
    check("a child is attached", done.success is True)
    check("the child names its parent", tickets.id(child.id).get().parent_ticket_id == parent.id)
    check("the parent has a child", tickets.id(parent.id).get().has_child_ticket is True)
    skipped("a child is detached")


def works_with_callbacks():
    callbacks = client.system.callbacks
    wanted = {"url": "http://127.0.0.1:9/x?recordId=", "objectId": 1, "type": "ticket", "level": "owner"}
    made = callbacks.post({**wanted, "description": "Tickets", "inactiveFlag": True})
    check("a callback is registered", (made.type, made.level, made.object_id) == ("ticket", "owner", 1))
    check("and listed", made.id in ids(callbacks.get()))
    check("and counted", callbacks.count.get().count == 1)
    refused("a second one of the kind is refused", ObjectExistsError, lambda: callbacks.post(wanted), "ObjectExists")
    one = callbacks.id(made.id)
    check("a callback is patched", one.patch([replace("description", "All")]).description == "All")
    moved = one.put({**wanted, "url": "http://127.0.0.1:9/y?recordId=", "inactiveFlag": True})
    check("a callback is replaced", moved.url == "http://127.0.0.1:9/y?recordId=")
    check("and read again", one.get().url == moved.url)
    one.delete()
    check("a callback is deleted", callbacks.get() == [])


def is_refused():
    company = {"id": 404404}
    refused("a ticket that is not there", NotFoundException, tickets.id(404404).get, "Service Ticket 404404 not found")
    condition = {"conditions": "colour='red'"}
    refused("a name that is unknown", MalformedRequestException, lambda: tickets.get(params=condition), "ApiFindCondition")
    no_company = lambda: tickets.post({"summary": "x", "company": company})  # noqa: E731
    refused("a company that is not there", MalformedRequestException, no_company, "InvalidObject", "company/id")
    unknown = lambda: tickets.post({"summary": "x", "colour": "red"})  # noqa: E731
    refused("a member that is unknown", MalformedRequestException, unknown, "colour")
    nobody = connected("public", "wrong")
    refused("keys that are wrong", AuthenticationFailedException, nobody.service.tickets.get)
    powerless = connected("nothing")
    refused("a member without rights", PermissionsFailedException, powerless.service.tickets.get)


reads_tickets()
writes_tickets(*reads_the_desk())
works_with_callbacks()
is_refused()
if wrong:
    sys.exit(f"pyconnectwise: {len(wrong)} did not come out as they should: {'; '.join(wrong)}")
