//! A company gets another name: it changes wherever the company is referred to, and no ticket's stamp does.

use bytes::Bytes;
use memchr::memmem;

use super::{Document, Kind, Members, World, iso, text};

impl World {
    /// Renames a company. Returns false when neither it nor a ticket of it is known.
    ///
    /// The company's own record is updated like any other; the name inside tickets and contacts changes in silence.
    pub fn rename_company(&self, id: i64, name: &str) -> bool {
        let renamed = self.newest(Kind::Company, id).is_some_and(|company| {
            self.update_company(company, name);
            true
        });
        let mut seen = false;
        for kind in [Kind::Ticket, Kind::Contact] {
            seen |= self.rewrite_references(kind, id, name);
        }
        renamed || seen
    }

    fn update_company(&self, mut company: Document, name: &str) {
        let Ok(mut members) = Members::read(&company.raw) else {
            return;
        };
        company.updated = self.clock.now_seconds();
        members.set("name", text(name));
        members.within("_info", |info| info.set("lastUpdated", text(&iso(company.updated))));
        company.raw = members.to_json().into();
        let now = self.clock.now_ms();
        self.put(Kind::Company, company, now);
    }

    fn rewrite_references(&self, kind: Kind, id: i64, name: &str) -> bool {
        // Documents are compact and a reference begins with its id: most need no more than this look.
        let reference = memmem::Finder::new(&format!("\"company\":{{\"id\":{id},")).into_owned();
        let found = std::cell::Cell::new(false);
        self.rewrite(kind, |document| {
            reference.find(&document.raw)?;
            let renamed = with_company_name(document, id, name)?;
            found.set(true);
            Some(renamed)
        });
        found.get()
    }
}

fn with_company_name(document: &Document, id: i64, name: &str) -> Option<Bytes> {
    let mut members = Members::read(&document.raw).ok()?;
    let company = Members::read(members.get("company")?.as_bytes()).ok()?;
    if company.get("id") != Some(id.to_string().as_str()) {
        return None;
    }
    members.within("company", |company| company.set("name", text(name)));
    Some(members.to_json().into())
}
