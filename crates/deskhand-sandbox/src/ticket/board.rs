//! The board, and what belongs to it: status, type, subtype, item and team.

use serde_json::Value;

use super::Named;
use super::compose::{Composition, Mode, Wish};
use super::reference::{Given, find, find_where, reference_to};
use crate::refusal::Problem;
use crate::world::Kind;

impl Composition<'_> {
    /// Board first: everything else of it is looked up there.
    pub(super) fn board(&mut self) {
        let before = self.id_in("board");
        self.refer(&Named::BOARD);
        let moved = self.mode == Mode::Update && self.id_in("board") != before;
        self.status(moved);
        // Invented: what a move does to members of the old board that are not sent; other clients send board and status only.
        for named in [Named::TYPE, Named::SUB_TYPE, Named::ITEM, Named::TEAM] {
            let anew = match self.wish(named.member) {
                Wish::Hold(_) => {
                    self.refer(&named);
                    continue;
                }
                Wish::Default => self.mode != Mode::Update,
                Wish::Stay if moved => named.member == "team",
                Wish::Stay => continue,
            };
            match self.default_on_board(&named).filter(|_| anew) {
                Some(reference) => self.set(named.member, reference),
                None => self.ticket.remove(named.member),
            }
        }
        // Recorded: it is there when there is a type.
        if self.ticket.get("type").is_some() {
            self.fill("requestForChangeFlag", "false");
        }
    }

    fn status(&mut self, moved: bool) {
        match self.wish("status") {
            Wish::Hold(_) => self.refer(&Named::STATUS),
            Wish::Default if self.mode == Mode::Update => self.problems.push(Problem::missing("status")),
            Wish::Default => {
                if let Some(reference) = self.first_status() {
                    self.set("status", reference);
                }
            }
            Wish::Stay if moved => {
                let board = self.id_in("board");
                let given = Given {
                    by: "id",
                    text: self.id_in("status").to_string(),
                };
                if find(self.world, Kind::BoardStatus, board, &given).is_none() {
                    self.problems.push(given.not_found(&Named::STATUS, board));
                }
            }
            Wish::Stay => {}
        }
    }

    /// The board's default; where none is marked, the first that does not close.
    fn first_status(&self) -> Option<String> {
        let board = self.id_in("board");
        let open = |record: &Value| record["closedStatus"] != true && record["inactive"] != true;
        self.default_on_board(&Named::STATUS).or_else(|| {
            let kind = Named::STATUS.kind?;
            let (_, record) = find_where(self.world, kind, |status, record| {
                status.parent == board && open(record)
            })?;
            Some(reference_to(&Named::STATUS, &record, board))
        })
    }

    /// What the board has marked as its default.
    fn default_on_board(&self, named: &Named) -> Option<String> {
        let board = self.id_in("board");
        let (_, record) = find_where(self.world, named.kind?, |found, record| {
            found.parent == board && record["defaultFlag"] == true
        })?;
        Some(reference_to(named, &record, board))
    }
}
