//! Boards with their statuses, types, subtypes, items and teams.

use super::desk::{Board, Desk, numbered, status_id};
use super::plant::{seed, seed_with_links};
use super::render::Object;
use super::words;
use crate::world::{Kind, World};

pub(super) fn plant(world: &World, desk: &Desk) {
    for (board, (_, name)) in desk.boards.iter().zip(numbered(&words::BOARDS)) {
        plant_board(world, desk, board, name);
        plant_statuses(world, board);
        children(world, board, Kind::BoardType, &words::TYPES, |at, object| {
            object.text("category", "Reactive").flag("defaultFlag", at == 0);
            object
                .flag("inactiveFlag", false)
                .flag("requestForChangeFlag", false)
                .raw("board", &board.reference);
        });
        for kind in [Kind::BoardSubType, Kind::BoardItem] {
            children(world, board, kind, &words::TYPES, |_, object| {
                object.flag("inactiveFlag", false).raw("board", &board.reference);
            });
        }
        children(world, board, Kind::BoardTeam, &words::TEAMS, |at, object| {
            object.raw("teamLeader", &desk.members[0]).raw("members", "[1,2,3]");
            object
                .flag("defaultFlag", at == 0)
                .flag("notifyOnTicketDelete", false)
                .number("boardId", board.id)
                .number("locationId", 1)
                .number("businessUnitId", 1);
        });
    }
}

fn plant_board(world: &World, desk: &Desk, board: &Board, name: &str) {
    let at = usize::try_from(board.id).unwrap_or(0);
    let mut object = Object::new();
    object
        .number("id", board.id)
        .text("name", name)
        .raw("location", &desk.system_locations[0])
        .raw("department", &desk.departments[at % desk.departments.len()]);
    object
        .flag("inactiveFlag", false)
        .flag("sendToContactFlag", true)
        .flag("sendToResourceFlag", false)
        .flag("projectFlag", false)
        .flag("billTicketsAfterClosedFlag", false)
        .raw("dispatchMember", &desk.members[0])
        .raw("serviceManagerMember", &desk.members[1]);
    object
        .text("billTime", "NoDefault")
        .text("billExpense", "NoDefault")
        .text("billProduct", "NoDefault")
        .flag("autoAssignNewTicketsFlag", false)
        .flag("timeEntryLockedFlag", false)
        .text("notifyEmailFrom", "desk@example.com")
        .text("notifyEmailFromName", "Service Desk");
    object
        .text("problemSort", "Ascending")
        .text("resolutionSort", "Ascending")
        .text("internalAnalysisSort", "Ascending")
        .flag("useMemberDisplayNameFlag", true);
    let below = |what: &str| format!("service/boards/{}/{what}", board.id);
    let links = [
        ("statuses_href", below("statuses")),
        ("teams_href", below("teams")),
        ("types_href", below("types")),
    ];
    seed_with_links(world, Kind::Board, (board.id, 0), object, &links);
}

fn plant_statuses(world: &World, board: &Board) {
    for (at, (name, closed, escalation)) in words::STATUSES.into_iter().enumerate() {
        let id = status_id(board.id, at);
        let mut object = Object::new();
        object
            .number("id", id)
            .text("name", name)
            .raw("board", &board.reference);
        object
            .number("sortOrder", super::desk::count(at))
            .flag("displayOnBoard", !closed)
            .flag("inactive", false)
            .flag("closedStatus", closed)
            .flag("timeEntryNotAllowed", false);
        object
            .flag("roundRobinCatchall", false)
            .flag("defaultFlag", at == 0)
            .text("escalationStatus", escalation)
            .text("customerPortalDescription", name)
            .flag("customerPortalFlag", false)
            .flag("saveTimeAsNote", false);
        seed(world, Kind::BoardStatus, id, board.id, object);
    }
}

fn children(world: &World, board: &Board, kind: Kind, names: &[&str], more: impl Fn(usize, &mut Object)) {
    for (at, name) in names.iter().enumerate() {
        let id = status_id(board.id, at);
        let mut object = Object::new();
        object.number("id", id).text("name", name);
        more(at, &mut object);
        seed(world, kind, id, board.id, object);
    }
}
