//! Where a ticket is: the company's site, and the address that is copied from it.

use serde_json::Value;

use super::Named;
use super::compose::{Composition, Mode, Wish};
use super::reference::{Given, find};
use crate::world::{Kind, text};

/// Members of a ticket beside those of its company.
const ADDRESS: [(&str, &str); 5] = [
    ("addressLine1", "addressLine1"),
    ("addressLine2", "addressLine2"),
    ("city", "city"),
    ("stateIdentifier", "state"),
    ("zip", "zip"),
];

impl Composition<'_> {
    /// Companies of the sandbox have one site each, and its address is the company's.
    pub(super) fn place(&mut self, other_company: bool) {
        let company = Given {
            by: "id",
            text: self.id_in("company").to_string(),
        };
        let Some((_, company)) = find(self.world, Kind::Company, 0, &company) else {
            return;
        };
        match self.wish("site") {
            Wish::Hold(value) => {
                let given = Given::of(value);
                if company.get("site").is_some_and(|site| given.is(site)) {
                    self.adopt(&company);
                } else {
                    let problem = given.not_found(&Named::SITE, 0);
                    self.problems.push(problem);
                }
            }
            Wish::Default if self.mode == Mode::Update => self.ticket.remove("site"),
            Wish::Stay if !other_company => {}
            Wish::Default | Wish::Stay => self.adopt(&company),
        }
        // Weakly recorded: whoever overrides the address is left with the site's name only.
        let overridden = ADDRESS.iter().any(|(name, _)| self.holds(name));
        if self.mode == Mode::Create && overridden && !self.holds("site") {
            self.ticket.remove("site");
            if !self.holds("country") {
                self.ticket.remove("country");
            }
        }
    }

    /// Copies what is not asked for otherwise.
    fn adopt(&mut self, company: &Value) {
        let site = company.get("site");
        match site {
            Some(site) => self.set("site", site.to_string()),
            None => self.ticket.remove("site"),
        }
        let name = site.and_then(|site| site.get("name")?.as_str());
        self.copy("siteName", name.map(text));
        for (name, of_company) in ADDRESS {
            let line = company.get(of_company).and_then(Value::as_str);
            self.copy(name, line.map(text));
        }
        self.copy("country", company.get("country").map(Value::to_string));
    }

    pub(super) fn copy(&mut self, name: &str, json: Option<String>) {
        if self.holds(name) {
            return;
        }
        match json {
            Some(json) => self.set(name, json),
            None => self.ticket.remove(name),
        }
    }
}
