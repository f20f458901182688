//! A body becomes the members of one of the vendor's objects.

use serde_json::Value;
use serde_json::value::RawValue;

use super::refused::{Place, no_json, unknown_member, wrong_container, wrong_type};
use super::value::checked;
use super::{Access, Shape, Slot};
use crate::pairs::Pairs;
use crate::refusal::Refusal;

/// What a body says of an object: its members in the order of the object, each once.
#[derive(Debug, Default)]
pub(crate) struct Bound(Vec<(&'static Slot, Value)>);

impl Bound {
    /// A member's value, `null` included; `None` when the body does not have it.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(slot, _)| slot.name == name)
            .map(|(_, value)| value)
    }

    /// A member's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A flag that is false when it is not sent.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// What is to be set, in the object's order.
    pub(crate) fn to_set(&self) -> impl Iterator<Item = (&'static Slot, &Value)> {
        let set = self.0.iter().filter(|(slot, _)| slot.access == Access::Set);
        set.map(|(slot, value)| (*slot, value))
    }

    /// Sets a member; of two values the later counts.
    pub(crate) fn set(&mut self, slot: &'static Slot, value: Value) {
        match self.0.iter_mut().find(|(known, _)| known.name == slot.name) {
            Some((_, old)) => *old = value,
            None => self.0.push((slot, value)),
        }
    }

    /// Adds `null` for everything that can be set and is not, as a replacement of the whole object means it.
    pub(crate) fn complete(&mut self, shape: &'static Shape) {
        for slot in shape.members.iter().filter(|slot| slot.access == Access::Set) {
            if self.get(slot.name).is_none() {
                self.set(slot, Value::Null);
            }
        }
    }
}

/// Binds a body to an object.
pub(crate) fn bind(body: &[u8], shape: &'static Shape) -> Result<Bound, Refusal> {
    let body = String::from_utf8_lossy(body);
    let value: &RawValue = serde_json::from_str(&body).map_err(|error| no_json(&body, &error))?;
    let place = Place::behind(&body, offset(&body, value.get()) + 1, "");
    match value.get().as_bytes().first() {
        Some(b'{') => {}
        Some(b'[') => return Err(wrong_container(true, shape.name, &place)),
        _ => {
            let value = serde_json::from_str(value.get()).unwrap_or_default();
            return Err(wrong_type(&value, shape.name, &place));
        }
    }
    let members: Pairs<'_> = serde_json::from_str(value.get()).map_err(|error| no_json(&body, &error))?;
    let mut bound = Bound::default();
    for (name, value) in members.0 {
        let start = offset(&body, value.get());
        let slot = shape.any_case(&name).ok_or_else(|| {
            let colon = body
                .get(..start)
                .and_then(|before| before.rfind(':'))
                .map_or(start, |at| at + 1);
            unknown_member(&name, shape.name, &Place::behind(&body, colon, name.as_ref()))
        })?;
        let place = |of: &Value| match of {
            Value::Object(_) | Value::Array(_) => Place::behind(&body, start + 1, slot.name),
            _ => Place::behind(&body, start + value.get().len(), slot.name),
        };
        let value: Value = serde_json::from_str(value.get()).map_err(|error| no_json(&body, &error))?;
        bound.set(slot, checked(slot.form, value, &place)?);
    }
    bound.0.sort_by_key(|(slot, _)| shape.rank(slot.name));
    Ok(bound)
}

/// Where a part of a text begins in it.
fn offset(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::binding::{MERGE, TICKET};

    fn message(body: &str, shape: &'static Shape) -> (u16, String) {
        match bind(body.as_bytes(), shape).unwrap_err() {
            Refusal::Plain { status, message, .. } => (status, message),
            Refusal::Invalid { .. } => panic!("binding does not validate"),
        }
    }

    #[test]
    fn names_are_known_in_any_case_and_the_later_of_two_counts() {
        let bound = bind(
            br#"{"SUMMARY":"a","summary":"b","subtype":{"ID":5},"id":0,"_info":{}}"#,
            &TICKET,
        )
        .unwrap();
        assert_eq!(bound.text("summary"), Some("b"));
        assert_eq!(bound.get("subType"), Some(&json!({"id": 5})));
        assert_eq!(
            bound.to_set().map(|(slot, _)| slot.name).collect::<Vec<_>>(),
            ["summary", "subType"]
        );
    }

    #[test]
    fn an_unknown_member_refuses_the_body_and_says_where() {
        let (status, said) = message(r#"{"summary":"A","enteredBy":"x"}"#, &TICKET);
        assert_eq!(status, 400);
        assert_eq!(
            said,
            "Could not find member 'enteredBy' on object of type 'Ticket'. Path 'enteredBy', line 1, position 27.Check your \
             accept header to make sure you are using the correct version."
        );
        let (_, said) = message("{\n  \"board\": {\"nme\": 1}}", &TICKET);
        assert!(
            said.starts_with("Could not find member 'nme' on object of type 'BoardReference'. Path 'board.nme'"),
            "{said}"
        );
    }

    #[test]
    fn a_wrong_type_is_the_servers_own_error() {
        let said = |body| message(body, &TICKET);
        let (status, text) = said(r#"{"approved":"maybe"}"#);
        assert_eq!(status, 500);
        assert_eq!(
            text,
            "Error converting value \"maybe\" to type 'System.Nullable`1[System.Boolean]'. Path 'approved', line 1, position 19."
        );
        for body in [
            r#"{"summary":5}"#,
            r#"{"severity":"Urgent"}"#,
            r#"{"board":5}"#,
            r#"{"board":{"id":"x"}}"#,
            r#"{"requiredDate":"tomorrow"}"#,
            r#"{"customFields":{}}"#,
            r#"{"lagDays":1.5}"#,
            "[]",
            "7",
        ] {
            assert_eq!(said(body).0, 500, "{body}: {:?}", said(body));
        }
        let (status, text) = message(r#"{"mergeTicketIds":[{"id":2}],"status":{"id":5}}"#, &MERGE);
        assert_eq!(status, 500);
        assert!(
            text.starts_with("Unexpected character encountered while parsing value: {. Path 'mergeTicketIds[0]'"),
            "{text}"
        );
    }

    proptest! {
        /// Whatever comes, it is bound or refused, and a refusal of a member says its name.
        #[test]
        fn any_body_is_bound_or_refused(body in ".{0,80}", name in "[a-zA-Z_é\"]{1,12}", value in ".{0,12}") {
            let _bound_or_refused = bind(body.as_bytes(), &TICKET);
            let _read_or_refused = crate::binding::operations(body.as_bytes(), &TICKET, false);
            let body = json!({ "summary": value.clone(), name.clone(): value });
            match bind(body.to_string().as_bytes(), &TICKET) {
                Ok(_) => prop_assert!(TICKET.any_case(&name).is_some()),
                Err(Refusal::Plain { message, .. }) => {
                    let named = message.contains(&format!("'{name}'"));
                    prop_assert!(named || TICKET.any_case(&name).is_some(), "{}", message);
                }
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn what_is_no_json_is_the_callers_error() {
        for body in ["", "{", "{\"summary\":}", "nonsense"] {
            assert_eq!(message(body, &TICKET).0, 400, "{body}");
        }
    }
}
