//! Custom fields: every ticket has all that are defined, with or without a value.

use serde_json::Value;

use super::compose::{Composition, Mode, Wish};
use crate::refusal::Problem;
use crate::world::{Kind, Members};

impl Composition<'_> {
    /// Fields that are sent are found by their id, the others keep what they hold, as a client's author saw.
    pub(super) fn custom_fields(&mut self) {
        if self.mode == Mode::Create {
            self.define_fields();
        }
        let Wish::Hold(Value::Array(sent)) = self.wish("customFields") else {
            return;
        };
        let mut fields: Vec<Members> = self
            .ticket
            .get("customFields")
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default();
        let mut unknown = Vec::new();
        for sent in sent {
            match field_of(&mut fields, sent) {
                Some(field) => match sent.get("value") {
                    None => {}
                    Some(Value::Null) => field.remove("value"),
                    Some(value) => field.set("value", value.to_string()),
                },
                None => unknown.push(unknown_field(sent)),
            }
        }
        self.problems.extend(unknown);
        self.set("customFields", list_of(&fields));
    }

    /// Those of any other ticket, without values.
    fn define_fields(&mut self) {
        let any = self
            .world
            .read(Kind::Ticket, |table| table.newest_after(i64::MIN).next().cloned());
        let fields = any.and_then(|ticket| {
            let members = Members::read(&ticket.raw).ok()?;
            serde_json::from_str::<Vec<Members>>(members.get("customFields")?).ok()
        });
        let mut fields = fields.unwrap_or_default();
        for field in &mut fields {
            field.remove("value");
        }
        self.set("customFields", list_of(&fields));
    }
}

fn field_of<'f>(fields: &'f mut [Members], sent: &Value) -> Option<&'f mut Members> {
    if let Some(at) = sent.get("at").and_then(Value::as_u64) {
        return fields.get_mut(usize::try_from(at).ok()?);
    }
    let id = sent.get("id")?.to_string();
    fields.iter_mut().find(|field| field.get("id") == Some(id.as_str()))
}

/// Invented: what the vendor says to a field that is not defined.
fn unknown_field(sent: &Value) -> Problem {
    let id = sent.get("id").or_else(|| sent.get("at")).map(Value::to_string);
    let message = format!("Custom Field {} not found", id.unwrap_or_else(|| "0".to_owned()));
    Problem::not_found(message, "customFields/id")
}

fn list_of(fields: &[Members]) -> String {
    let fields: Vec<_> = fields.iter().map(Members::to_json).collect();
    format!("[{}]", fields.join(","))
}
